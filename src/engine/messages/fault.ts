// Faults: problems of a graph as data, so that the editor can show them at their nodes with a cure.
import {
  getText,
  textFields,
  type MessageFields,
  type MessageText,
  type TextFields,
} from '../base/catalogue.ts'
import { MessageError } from '../base/errors.ts'
import { outerId } from '../base/ids.ts'
import { faultMessages } from './faults.ts'

export interface Fault {
  /** The node with the fault; '' for a fault of the graph. */
  node: string
  slot?: string
  param?: string
  /** Place in the text of the param: first character, and the one after the last. */
  range?: readonly [from: number, to: number]
  /** States what was expected and what was received. */
  message: string
  /** An instruction that resolves the fault. */
  cure: string
  /** Other nodes involved. */
  also?: string[]
  /** The graph can still run. */
  notice?: true
  /** The texts above by id, for other languages. */
  messages?: MessageFields<'message' | 'cure'>
}

/** A fault whose texts may be messages. */
export type FaultParts = Omit<Fault, 'node' | 'message' | 'cure'> & {
  message: MessageText
  cure: MessageText
}

/** Creates a fault from messages. */
export function createFault<P extends FaultParts>(parts: P): P & TextFields<'message' | 'cure'> {
  const { message, cure } = parts
  const { messages, ...texts } = textFields({ message, cure })
  return { ...parts, ...texts, ...(messages && { messages: { ...parts.messages, ...messages } }) }
}

/** The message of any thrown value, with its id if it has one. */
export const getErrorText = (error: unknown): MessageText =>
  error instanceof MessageError ? getText(error, 'message') : getErrorMessage(error)

/** The English message of any thrown value. */
export const getErrorMessage = (error: unknown): string =>
  error instanceof Error
    ? error.message
    : String((error as { message?: unknown } | undefined)?.message ?? error)

/** A fault found while a node runs. The runner fills in the node. */
export class NodeError extends Error {
  readonly fault: Omit<Fault, 'node'> & { node?: string }

  constructor(parts: FaultParts & { node?: string }) {
    const fault = createFault(parts)
    super(`${fault.message} ${fault.cure}`)
    this.name = 'NodeError'
    this.fault = fault
  }
}

/**
 * The closed node that an inner node belongs to, and the outer slots and params of the inner ones.
 */
export interface InnerNode {
  /** The closed node, which may be inside another closed node. */
  node: string
  title: string
  slots: Record<string, FaultPlace>
  params: Record<string, FaultPlace>
}

export type FaultPlace = { slot: string } | { param: string }

/**
 * Moves a fault of a node inside a closed node to the closed node, with its slot and param names.
 * If the param exists only on the inner node, the cure asks the user to open the closed node.
 */
export function moveFaultOutward<F extends Omit<Fault, 'node'> & { node?: string }>(
  fault: F,
  insides: ReadonlyMap<string, InnerNode>,
): F {
  const inside = insides.get(fault.node ?? '')
  if (!inside) return fault
  const { slot, param, ...rest } = fault
  const place = slot === undefined ? inside.params[param ?? ''] : inside.slots[slot]
  const hidden = param !== undefined && !place
  const cure = getText(fault, 'cure')
  const moved = createFault({
    ...rest,
    ...place,
    node: inside.node,
    cure: hidden ? faultMessages.openNode({ cure, param, title: inside.title }) : cure,
  })
  return moveFaultOutward(moved as F, insides)
}

/** All faults that prevent a graph from running. */
export class GraphError extends Error {
  readonly faults: Fault[]

  constructor(faults: Fault[]) {
    super(
      faults
        .map(
          (fault) =>
            `${fault.node}${fault.slot ? '.' + fault.slot : ''}: ${fault.message} ${fault.cure}`,
        )
        .join('\n'),
    )
    this.name = 'GraphError'
    this.faults = faults
  }
}

/** The faults of an error. Any other error is reported as a bug of this program. */
export function getFaults(error: unknown): Fault[] {
  if (error instanceof GraphError) return error.faults
  if (error instanceof NodeError) return [{ ...error.fault, node: outerId(error.fault.node ?? '') }]
  return [createFault({ node: '', message: getErrorText(error), cure: faultMessages.report() })]
}
