// The neutral graph: the content of a workflow without screen, positions or litegraph. Plain data,
// addressed by name.

/** The output `slot` of the node `node`. */
export interface Wire {
  node: string
  slot: string
}

export interface GraphNode {
  id: string
  /** The declaration's type, `diffusion/ForwardNoise`. */
  op: string
  params: Record<string, unknown>
  /** Wires by input slot, and by the names of params that are wired instead of set. */
  inputs: Record<string, Wire>
  /** The sources of params that were wired to values known before the run. */
  folded?: Record<string, Wire>
  /** The user's name for the node, for messages. Default: the title of its declaration. */
  title?: string
}

export interface Graph {
  nodes: GraphNode[]
  /** The subgraph nodes of a workflow that were replaced by the nodes inside, for scripts. */
  subgraphs?: readonly SubgraphNode[]
}

/** A node of a workflow that stands for a subgraph. */
export interface SubgraphNode {
  /** Its full id. */
  id: string
  /** Id of the subgraph, which several nodes may share. */
  definition: string
  /** Name of the subgraph. */
  name: string
}

/**
 * The graph that a closed node stands for. Inner wires refer to inputs of the closed node by
 * `input(slot)`.
 */
export interface Expansion {
  nodes: ExpandedNode[]
  outputs: Record<string, Wire>
  /**
   * Maps inner slots and params to those of the closed node, for faults: `step.prediction` is its
   * `model`. Not needed for slots that are wired to an input of the closed node, or for params with
   * the same name.
   */
  called?: Record<string, string>
}

/** A node of an expansion. */
export interface ExpandedNode extends GraphNode {
  /** The nodes of a subgraph, which refer to its inputs by `input(slot)`. */
  inside?: Expansion
  /**
   * Column, which may be a fraction, and row on the canvas; undefined: in columns by the wires.
   */
  at?: readonly [column: number, row: number]
}

/** A node that is known to be in the graph. */
export function getNode(nodes: ReadonlyMap<string, GraphNode>, id: string): GraphNode {
  const node = nodes.get(id)
  if (!node) throw new Error(`No node ${id}.`)
  return node
}

export const wire = (node: string, slot: string): Wire => ({ node, slot })

/** Refers to the input `slot` of the closed node, in an expansion. */
export const input = (slot: string): Wire => ({ node: '', slot })
