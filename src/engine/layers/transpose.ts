// Transposes of large tensors, for gradients.
import { activeBackend } from '../base/backend.ts'
import type { Tensor2D, Tensor4D } from '../base/tf.ts'

/** `[n, c]` to `[c, n]`. */
export const transposeTensor = (x: Tensor2D): Tensor2D =>
  activeBackend().transpose?.(x) ?? x.transpose()

/** `[b, h, w, c]` to `[c, h, w, b]`. */
export const reverseAxesTranspose = (x: Tensor4D): Tensor4D =>
  activeBackend().reverseAxes?.(x) ?? x.transpose([3, 1, 2, 0])
