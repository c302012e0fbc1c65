// What is wrong with a graph, as data, so that it reaches the node on the screen with its cure.

export interface Fault {
  /** The node it is about; '' if it is about the whole graph. */
  node: string
  slot?: string
  param?: string
  /** What was expected and what came. */
  message: string
  /** What to do about it. */
  cure: string
  /** Other nodes that take part. */
  also?: string[]
  /** Worth knowing, but the graph runs. */
  notice?: true
}

/** A fault met while a node runs; the runner fills in the node. */
export class NodeError extends Error {
  readonly fault: Omit<Fault, 'node'> & { node?: string }

  constructor(fault: Omit<Fault, 'node'> & { node?: string }) {
    super(`${fault.message} ${fault.cure}`)
    this.name = 'NodeError'
    this.fault = fault
  }
}

/** Several faults at once: everything that keeps a graph from running. */
export class GraphError extends Error {
  readonly faults: Fault[]

  constructor(faults: Fault[]) {
    super(faults.map((fault) => `${fault.node}${fault.slot ? '.' + fault.slot : ''}: ${fault.message} ${fault.cure}`).join('\n'))
    this.name = 'GraphError'
    this.faults = faults
  }
}
