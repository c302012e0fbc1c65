// Arrangement of the selected nodes, or of all nodes if fewer than two are selected.
import type { WorkspaceServices } from './services.ts'
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { graphZones } from '../../litegraph/canvasZones.ts'
import type { Edge, Positions, NodeBox } from '../graph/layout.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Loop } from '../graph/outlineTree.ts'

type Layout = typeof import('../graph/layout.ts')

/** Moves nodes with a function of graph/layout.ts, which the first call loads (with dagre). */
async function moveNodes(
  { stage, workspace }: WorkspaceServices,
  move: (layout: Layout, nodes: readonly NodeBox[]) => Positions,
) {
  const layout = await import('../graph/layout.ts')
  const selected = stage.selection()
  const nodes = (selected.length > 1 ? selected : stage.nodes()).filter(
    ({ flags }) => !flags.pinned,
  )
  const positions = move(layout, nodes.map(nodeBox))
  workspace.editNodes(() => {
    for (const [id, [x, y]] of positions) {
      const node = stage.node(id)
      if (node) node.pos = [x, y]
    }
  })
}

const nodeBox = ({ id, pos, size, flags }: LGraphNode): NodeBox => ({
  id,
  pos: [pos[0], pos[1]],
  size: [size[0], flags.collapsed ? 0 : size[1]],
})

export const arrangeByWires = (editor: WorkspaceServices) =>
  moveNodes(editor, ({ layOutGraph }, nodes) =>
    layOutGraph(nodes, wireEnds(editor), nestedLoops(editor.stage.graph)),
  )

export const alignNodes = (editor: WorkspaceServices, edge: Edge) =>
  moveNodes(editor, ({ alignBoxes }, nodes) => alignBoxes(nodes, edge))

export const distributeNodes = (editor: WorkspaceServices, axis: 0 | 1) =>
  moveNodes(editor, ({ distributeBoxes }, nodes) => distributeBoxes(nodes, axis))

const wireEnds = ({ stage: { graph } }: WorkspaceServices) =>
  Object.values(graph.links).map(({ origin_id, target_id }) => [origin_id, target_id] as const)

/** Returns each loop with its ends and the loop around it, outer loops first. */
export function nestedLoops(graph: LGraph): Loop[] {
  const loops: Loop[] = []
  for (const { start, end, body } of graphZones(graph)) {
    const within = loops.findLast((outer) => outer.members.includes(start))
    loops.push({ start, end, members: [start, end, ...body], ...(within && { within }) })
  }
  return loops
}
