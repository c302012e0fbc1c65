// What is wrong with a graph, as data, so that it reaches the node on the screen with its cure.
import { outerId } from './graph.ts'

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

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String((error as { message?: unknown } | undefined)?.message ?? error)

/** A fault met while a node runs; the runner fills in the node. */
export class NodeError extends Error {
  readonly fault: Omit<Fault, 'node'> & { node?: string }

  constructor(fault: Omit<Fault, 'node'> & { node?: string }) {
    super(`${fault.message} ${fault.cure}`)
    this.name = 'NodeError'
    this.fault = fault
  }
}

/** What a node inside a closed one is on the outside: its slots and params there, as far as it has any. */
export interface Inside {
  /** The closed node, which may be inside another one. */
  node: string
  title: string
  slots: Record<string, FaultPlace>
  params: Record<string, FaultPlace>
}

export type FaultPlace = { slot: string } | { param: string }

/** A fault of a node inside a closed one, on that and in its words. What only the inner node has is to be got at by opening it. */
export function outward<F extends Omit<Fault, 'node'> & { node?: string }>(fault: F, insides: ReadonlyMap<string, Inside>): F {
  const inside = insides.get(fault.node ?? '')
  if (!inside) return fault
  const { slot, param, ...rest } = fault
  const place = slot === undefined ? inside.params[param ?? ''] : inside.slots[slot]
  const hidden = param !== undefined && !place
  const cure = hidden ? `${fault.cure} For \`${param}\` open ${inside.title}.` : fault.cure
  return outward({ ...rest, node: inside.node, ...place, cure } as F, insides)
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

/** What an error says of the graph; one that says nothing of it is a fault of ours. */
export function faultsIn(error: unknown): Fault[] {
  if (error instanceof GraphError) return error.faults
  if (error instanceof NodeError) return [{ ...error.fault, node: outerId(error.fault.node ?? '') }]
  return [{ node: '', message: messageOf(error), cure: 'Run again; if it comes back, report it with this graph.' }]
}
