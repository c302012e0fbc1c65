// Arrangement of the selected nodes, or of all nodes if fewer than two are selected.
import type { WorkspaceServices } from './services.ts'
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { graphZones } from '../../litegraph/canvasZones.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { ComposedNode, ComposedWire, Group } from '../../workflow/compose/composeGraph.ts'
import type { NodeBox, Positions } from '../../workflow/nodeBox.ts'
import { LOOP } from '../../workflow/slots.ts'
import { fitGroup, groupNodes } from '../canvas/groups.ts'
import type { Edge } from '../graph/layout.ts'
import { panelInsets } from '../ui/insets.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Loop } from '../graph/outlineTree.ts'

type Layout = typeof import('../graph/layout.ts')

/** Moves nodes with a function of graph/layout.ts, which the first call loads. */
async function moveNodes(
  services: WorkspaceServices,
  move: (layout: Layout, nodes: readonly NodeBox[]) => Positions,
) {
  const layout = await import('../graph/layout.ts')
  const positions = move(layout, movableNodes(services).map(nodeBox))
  services.workspace.editNodes(() => placeNodes(services, positions))
}

function movableNodes({ stage }: WorkspaceServices): LGraphNode[] {
  const selected = stage.selection()
  return (selected.length > 1 ? selected : stage.nodes()).filter(({ flags }) => !flags.pinned)
}

function placeNodes({ stage }: WorkspaceServices, positions: Positions) {
  for (const [id, [x, y]] of positions) {
    const node = stage.node(id)
    if (node) node.pos = [x, y]
  }
}

const nodeBox = ({ id, pos, size, flags }: LGraphNode): NodeBox => ({
  id,
  pos: [pos[0], pos[1]],
  size: [size[0], flags.collapsed ? 0 : size[1]],
})

/**
 * Composes the selected nodes, or the whole graph, and shows it: loops with their sources and
 * results, frames around the nodes that they contained.
 */
export async function arrangeByWires(services: WorkspaceServices) {
  const { composeGraph } = await import('../../workflow/compose/composeGraph.ts')
  const { stage, workspace } = services
  const nodes = movableNodes(services)
  const moved = new Set(nodes)
  const frames = stage.graph._groups.flatMap((group) => {
    const members = groupNodes(group)
    return members.length && members.every((node) => moved.has(node)) ? [{ group, members }] : []
  })
  const positions = composeGraph(nodes.map(composedNode), composedWires(stage.graph), [
    ...nestedLoops(stage.graph).map(({ members }) => createGroup('loop', members)),
    ...frames.map(({ members }) =>
      createGroup(
        'frame',
        members.map(({ id }) => String(id)),
      ),
    ),
  ])
  workspace.editNodes(() => {
    placeNodes(services, positions)
    for (const { group, members } of frames) fitGroup(group, members, stage.graph)
  })
  if (nodes.length === stage.nodes().length) stage.fit(panelInsets())
}

const createGroup = (kind: Group['kind'], members: readonly string[]): Group => ({
  kind,
  members: new Set(members),
})

function composedNode(node: LGraphNode): ComposedNode {
  const role = isDiffusionNode(node) ? node.diffusion.declaration.role : undefined
  const kind = role === 'note' ? 'note' : role === 'observer' ? 'view' : 'node'
  return { ...nodeBox(node), id: String(node.id), kind }
}

/** The wires of a graph, without those between the two ends of a loop. */
function composedWires(graph: LGraph): ComposedWire[] {
  return Object.values(graph.links).flatMap((link): ComposedWire[] => {
    const [from, to] = [graph.getNodeById(link.origin_id), graph.getNodeById(link.target_id)]
    if (!from || !to || from.outputs[link.origin_slot]?.name === LOOP) return []
    return [
      {
        from: String(from.id),
        to: String(to.id),
        fromY: from.getConnectionPos(false, link.origin_slot)[1] - from.pos[1],
        toY: to.getConnectionPos(true, link.target_slot)[1] - to.pos[1],
      },
    ]
  })
}

export const alignNodes = (editor: WorkspaceServices, edge: Edge) =>
  moveNodes(editor, ({ alignBoxes }, nodes) => alignBoxes(nodes, edge))

export const distributeNodes = (editor: WorkspaceServices, axis: 0 | 1) =>
  moveNodes(editor, ({ distributeBoxes }, nodes) => distributeBoxes(nodes, axis))

/** Returns each loop with its ends and the loop around it, outer loops first. */
export function nestedLoops(graph: LGraph): Loop[] {
  const loops: Loop[] = []
  for (const { start, end, body } of graphZones(graph)) {
    const within = loops.findLast((outer) => outer.members.includes(start))
    loops.push({ start, end, members: [start, end, ...body], ...(within && { within }) })
  }
  return loops
}
