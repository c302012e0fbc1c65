// Space to depth and back. Only reshapes and one transpose of four axes, so that it runs and
// differentiates on every backend.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * `[b, h, w, c]` to `[b, h/s, w/s, s s c]`, with channels in the order (row, column, channel). s
 * divides h and w.
 */
export function spaceToDepth(x: Tensor, s: number): Tensor {
  const [b, h, w, c] = x.shape as [number, number, number, number]
  return tf.tidy(() =>
    swapPatchAxes(x.reshape([(b * h) / s, s, w / s, s * c])).reshape([b, h / s, w / s, s * s * c]),
  )
}

/** The inverse: `[b, h, w, s s c]` to `[b, h s, w s, c]`. s² divides the channels. */
export function depthToSpace(x: Tensor, s: number): Tensor {
  const [b, h, w, d] = x.shape as [number, number, number, number]
  return tf.tidy(() =>
    swapPatchAxes(x.reshape([b * h, w, s, d / s])).reshape([b, h * s, w * s, d / (s * s)]),
  )
}

const swapPatchAxes = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 1, 3])
