// Distinguishes failures of the engine, after which its backend has to be started again, from
// faults of the graph.
import { textFields } from '../base/catalogue.ts'
import { EngineError } from '../base/errors.ts'
import { getErrorText, GraphError, NodeError } from '../messages/fault.ts'
import { memoryMessages } from '../messages/memory.ts'
import type { EngineFailure } from '../protocol.ts'
import { findDeviceLoss } from './backends.ts'

/** Returns the failure of the engine that caused an error of a run, if one did. */
export async function findEngineFailure(error: unknown): Promise<EngineFailure | undefined> {
  if (error instanceof GraphError) return undefined
  const node = error instanceof NodeError ? error.fault.node : undefined
  const cause = rootCause(error)
  const at = {
    ...textFields({ message: getErrorText(cause) }),
    ...(node !== undefined && { node }),
  }
  if (isOutOfMemory(cause)) return { cause: 'memory', ...at }
  // A node's own fault has no other cause.
  if (cause instanceof NodeError) return undefined
  const loss = await findDeviceLoss()
  return loss === undefined ? undefined : { cause: 'device', ...at, message: loss }
}

function rootCause(error: unknown): unknown {
  let root = error
  while (root instanceof Error && root.cause !== undefined) root = root.cause
  return root
}

/** Browsers throw a RangeError if they cannot allocate an array or a WebAssembly memory. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof EngineError
    ? error.problem.id === memoryMessages.wasmFull.id
    : error instanceof RangeError && /alloc|memory/i.test(error.message)
