// The neutral graph: what a workflow means, without screen, positions or litegraph. Plain data, everything by name.

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
  inputs: Record<string, Wire>
  /** What the user calls it, for messages; the declaration's title otherwise. */
  title?: string
}

export interface Graph {
  nodes: GraphNode[]
}

/** What an expanding node becomes: inner wires may name the closed node's own inputs by `input(slot)`. */
export interface Expansion {
  nodes: GraphNode[]
  outputs: Record<string, Wire>
  /**
   * What a slot or param inside is on the closed node, `step.prediction` its `model`, for faults. Not needed where the slot is wired
   * to an input of the closed node, or the param is called the same there.
   */
  called?: Record<string, string>
}

export const wire = (node: string, slot: string): Wire => ({ node, slot })

/** In an expansion: whatever is wired to the closed node's input `slot`. */
export const input = (slot: string): Wire => ({ node: '', slot })

/** Inner nodes of an expanded node are called `closed/inner`; faults and progress go to `closed`. */
export const outerId = (id: string) => id.split('/')[0]!
