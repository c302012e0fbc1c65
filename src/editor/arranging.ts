// Nodes put in order, of the selection or of all.
import { zonesOf } from '../nodes/litegraph/zones.ts'
import type { Edge, Positions, Standing, Together } from './arrange.ts'
import type { LGraphNode } from './canvas.ts'
import type { Editor } from './editor.ts'

type Arrange = typeof import('./arrange.ts')

/** dagre is fetched when it is asked for. */
async function arrange({ stage, workspace }: Editor, move: (how: Arrange, nodes: readonly Standing[]) => Positions) {
  const how = await import('./arrange.ts')
  const chosen = stage.selection()
  const nodes = (chosen.length > 1 ? chosen : stage.nodes()).filter(({ flags }) => !flags.pinned)
  for (const [id, [x, y]] of move(how, nodes.map(standing))) stage.node(id)!.pos = [x, y]
  stage.redraw()
  workspace.touched()
}

const standing = ({ id, pos, size, flags }: LGraphNode): Standing => ({
  id,
  pos: [pos[0]!, pos[1]!],
  size: [size[0]!, flags.collapsed ? 0 : size[1]!],
})

export const arrangeByWires = (editor: Editor) =>
  arrange(editor, ({ arranged }, nodes) => arranged(nodes, wiresIn(editor), zonesIn(editor)))

export const align = (editor: Editor, edge: Edge) => arrange(editor, ({ aligned }, nodes) => aligned(nodes, edge))

export const distribute = (editor: Editor, axis: 0 | 1) => arrange(editor, ({ spread }, nodes) => spread(nodes, axis))

const wiresIn = ({ stage: { graph } }: Editor) =>
  Object.values(graph.links).map(({ origin_id, target_id }) => [origin_id, target_id] as const)

/** Each zone with its ends, in the zone around it. */
function zonesIn({ stage: { graph } }: Editor): Together[] {
  const zones = zonesOf(graph).map(({ start, end, body }) => ({ members: [start, end, ...body], start }))
  const groups: Together[] = []
  zones.forEach(({ members }, i) => {
    const within = zones.slice(0, i).findLastIndex((outer) => outer.members.includes(zones[i]!.start))
    groups.push({ members, ...(within >= 0 && { within: groups[within] }) })
  })
  return groups
}
