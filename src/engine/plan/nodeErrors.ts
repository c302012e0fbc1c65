// Errors that occur while a node runs, as faults of that node.
import type { MessageText } from '../base/catalogue.ts'
import { getErrorText, NodeError } from '../messages/fault.ts'
import { Interrupted } from '../base/interruption.ts'
import { planMessages } from '../messages/plan.ts'

/** Converts an error, also one of tfjs, to a fault of a node, unless it already is one. */
export function atNode(
  error: unknown,
  id: string,
  cure: MessageText = planMessages.inspectShapes(),
): NodeError {
  if (error instanceof NodeError)
    return error.fault.node === undefined ? new NodeError({ ...error.fault, node: id }) : error
  const wrapped = new NodeError({ node: id, message: getErrorText(error), cure })
  wrapped.cause = error
  return wrapped
}

/** Runs a function; converts its errors to faults of the node. An interruption is none. */
export function runAtNode<T>(id: string, work: () => T, cure?: MessageText): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Interrupted) throw error
    throw atNode(error, id, cure)
  }
}
