// @comfyorg/litegraph, the fork of litegraph.js in ComfyUI: how it is recognised, and the layer of
// the node class that it needs.
import type {
  InputSlot,
  LGraph,
  LGraphCanvas,
  LGraphNode,
  LiteGraphStatic,
  LLink,
  OutputSlot,
} from 'litegraph.js/build/litegraph.core.js'
import type { NodeData, NodeDataClass } from './nodeData.ts'
import type { NodeSetup } from './nodeSetup.ts'
import { wireRefusal } from './wires.ts'

/** True for @comfyorg/litegraph, whose graphs own the definitions of their subgraphs. */
export const isComfy = ({ LGraph }: LiteGraphStatic): boolean =>
  LGraph !== undefined && 'subgraphs' in LGraph.prototype

/** A graph, and the id of the node that contains it, undefined for the outermost graph. */
export interface PlacedGraph {
  graph: LGraph
  within: string | undefined
}

/** Returns a graph with the graphs inside its subgraph nodes, at any depth. */
export function graphsInside(graph: LGraph, within?: string): PlacedGraph[] {
  const inner = graph._nodes.flatMap((node) => {
    const { subgraph } = node as { subgraph?: LGraph }
    const id = within === undefined ? String(node.id) : `${within}:${node.id}`
    return graph.subgraphs && subgraph ? graphsInside(subgraph, id) : []
  })
  return [{ graph, within }, ...inner]
}

interface ComfyNode extends NodeData {
  connectSlots(
    output: OutputSlot,
    target: LGraphNode,
    input: InputSlot,
    reroute: unknown,
  ): LLink | null
}

/**
 * Fourth layer of the node class: what only @comfyorg/litegraph calls, and a node for each subgraph
 * that opens with a double-click.
 */
export function createComfyClass(
  Base: NodeDataClass,
  { declaration, hooks, isSubgraph = false }: NodeSetup,
): NodeDataClass {
  return class extends (Base as new (title?: string) => ComfyNode) {
    constructor(title?: string) {
      super(title)
      // The constructor of its base class shadows the method for its own title buttons.
      delete (this as Partial<ComfyNode>).onMouseDown
    }

    override get inComfy() {
      return true
    }

    /** Graphs serialize the definitions of the nodes for which this is true. */
    isSubgraphNode() {
      return isSubgraph
    }

    get subgraph(): LGraph | undefined {
      if (!isSubgraph) return undefined
      return (this.graph?.rootGraph ?? this.graph)?.subgraphs?.get(declaration.type)
    }

    onDblClick(_: MouseEvent, __: unknown, canvas: LGraphCanvas) {
      if (this.subgraph) canvas.openSubgraph?.(this.subgraph)
    }

    /** Wires that are dropped on a slot arrive here, without a call of `connect`. */
    override connectSlots(
      output: OutputSlot,
      target: LGraphNode,
      input: InputSlot,
      reroute: unknown,
    ) {
      const [from, to] = [this.outputs.indexOf(output), target.inputs.indexOf(input)]
      const reason = wireRefusal(this, from, target, to, hooks.wireWords?.())
      if (reason === undefined) return super.connectSlots(output, target, input, reroute)
      hooks.refused?.(reason, target)
      return null
    }
  } as unknown as NodeDataClass
}
