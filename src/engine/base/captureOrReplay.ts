// Evaluation of networks and of other functions of tensors, whose commands a backend may capture and
// replay.
import type { CapturableWork } from './backend.ts'
import { activeBackend } from './backend.ts'
import type { Tensor } from './tf.ts'

/** Returns the results of `work.run`. */
export const captureOrReplayAll = (work: CapturableWork): Tensor[] =>
  activeBackend().captureOrReplay?.(work) ?? work.run(work.inputs)

/** Work with one result. */
export type SingleWork = Omit<CapturableWork, 'run'> & {
  run: (inputs: readonly Tensor[]) => Tensor
}

/** Returns the result of `work.run`. */
export const captureOrReplay = ({ run, ...work }: SingleWork): Tensor =>
  captureOrReplayAll({ ...work, run: (inputs) => [run(inputs)] })[0]

const keys = new Map<string, object>()
/** More descriptions are those of work that is different every time, of which none is replayed. */
const MAX_KEYS = 256

/** Returns the key of work that this text describes. */
export function captureKey(description: string): object {
  const known = keys.get(description)
  if (known) return known
  if (keys.size >= MAX_KEYS) keys.clear()
  const key = {}
  keys.set(description, key)
  return key
}
