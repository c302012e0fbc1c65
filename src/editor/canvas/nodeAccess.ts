// Access to the nodes of the graph on the canvas: find, select, add, remove.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { NodeId } from '../../workflow/index.ts'
import { parseAccepts } from '../../workflow/slots.ts'
import { chooseOutputType, findUsualSlot, type LooseEnd } from '../graph/nodeSearch.ts'
import { getUsage } from '../graph/usageTable.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import type { Point } from '../ui/geometry.ts'
import { toGraphPoint } from './camera.ts'
import type { EditorCanvas, LGraphNode, PendingWire } from './canvas.ts'

export interface NodeAccess {
  node(id: NodeId): LGraphNode | undefined
  nodes(): readonly LGraphNode[]
  /** The node under a point of the page. */
  nodeAt(page: Point): LGraphNode | undefined
  selection(): LGraphNode[]
  select(ids: readonly NodeId[]): void
  add(type: string, at: Point, wire?: PendingWire): LGraphNode | undefined
  remove(nodes: readonly LGraphNode[]): void
}

export function createNodeAccess(canvas: EditorCanvas, graph: () => LGraph): NodeAccess {
  const find = (id: NodeId) =>
    graph().getNodeById(id) ?? graph().getNodeById(Number(id)) ?? undefined
  return {
    node: find,
    nodes: () => graph()._nodes,
    nodeAt(page) {
      const [x, y] = toGraphPoint(canvas, page)
      return graph().getNodeOnPos(x, y, canvas.visible_nodes, 5) ?? undefined
    },
    selection: () => Object.values(canvas.selected_nodes),
    select: (ids) => canvas.selectNodes(ids.map(find).filter((node) => node !== undefined)),
    add(type, at, wire) {
      const node = LiteGraph.createNode(type)
      if (!node) return undefined
      node.pos = [Math.round(at[0]), Math.round(at[1])]
      graph().add(node)
      if (wire) connectPendingWire(wire, node)
      canvas.pending = undefined
      canvas.selectNodes([node])
      canvas.setDirty(true, true)
      return node
    },
    remove(nodes) {
      for (const node of nodes) if (node.graph && !isBorderNode(node)) graph().remove(node)
      canvas.deselectAllNodes()
      canvas.setDirty(true, true)
    },
  }
}

/** Describes the slots that a pending wire can end in. */
export function getLooseEnd({ node, side, slot }: PendingWire): LooseEnd {
  const { name, type } = (side === 'output' ? node.outputs : node.inputs)[slot]
  const of = { type: node.type, slot: name }
  if (side === 'output') return { from: 'output', type: String(type), of }
  return { from: 'input', accepts: parseAccepts(String(type)), of }
}

function connectPendingWire(wire: PendingWire, node: LGraphNode) {
  const end = getLooseEnd(wire)
  const name = isDiffusionNode(node)
    ? findUsualSlot(node.diffusion.declaration, end, getUsage())
    : undefined
  if (name === undefined || !isDiffusionNode(node)) return
  const choice =
    end.from === 'input' && chooseOutputType(node.diffusion.declaration, name, end.accepts)
  if (choice) node.setProperty(choice.param, choice.value)
  if (wire.side === 'output') wire.node.connect(wire.slot, node, name)
  else node.connect(name, wire.node, wire.slot)
}
