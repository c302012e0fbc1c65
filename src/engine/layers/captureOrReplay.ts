// Evaluation of networks, whose commands a backend may capture and replay.
import type { CapturableWork } from '../base/backend.ts'
import { activeBackend } from '../base/backend.ts'
import type { Tensor } from '../base/tf.ts'

/** Returns the result of `work.run`. */
export const captureOrReplay = (work: CapturableWork): Tensor =>
  activeBackend().captureOrReplay?.(work) ?? work.run(work.inputs)
