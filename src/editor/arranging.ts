// Nodes put in order, of the selection or of all.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { zonesOf } from '../nodes/litegraph/zones.ts'
import type { Edge, Positions, Standing } from './arrange.ts'
import type { LGraphNode } from './canvas.ts'
import type { Editor } from './editor.ts'
import type { Loop } from './outlined.ts'

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
  arrange(editor, ({ arranged }, nodes) => arranged(nodes, wiresIn(editor), loopsIn(editor.stage.graph)))

export const align = (editor: Editor, edge: Edge) => arrange(editor, ({ aligned }, nodes) => aligned(nodes, edge))

export const distribute = (editor: Editor, axis: 0 | 1) => arrange(editor, ({ spread }, nodes) => spread(nodes, axis))

const wiresIn = ({ stage: { graph } }: Editor) =>
  Object.values(graph.links).map(({ origin_id, target_id }) => [origin_id, target_id] as const)

/** Each loop with its ends, in the loop around it; outer ones first. */
export function loopsIn(graph: LGraph): Loop[] {
  const loops: Loop[] = []
  for (const { start, end, body } of zonesOf(graph)) {
    const within = loops.findLast((outer) => outer.members.includes(start))
    loops.push({ start, end, members: [start, end, ...body], ...(within && { within }) })
  }
  return loops
}
