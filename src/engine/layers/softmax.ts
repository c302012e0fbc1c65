// The gradient of softmax.
import { activeBackend } from '../base/backend.ts'
import type { Tensor } from '../base/tf.ts'
import { isTapeOn } from '../gradients/differentiate.ts'

/**
 * scale y (dy - sum y dy), sums over the last axis: the gradient of y = softmax(x) with respect to
 * x, times `scale`.
 */
export function softmaxGradient(y: Tensor, dy: Tensor, scale = 1): Tensor {
  // The kernels have no gradient of their own.
  const fused = isTapeOn() ? undefined : activeBackend().softmaxGradient?.(y, dy, scale)
  if (fused) return fused
  const weighted = dy.mul(y)
  const gradient = weighted.sub(y.mul(weighted.sum(-1, true)))
  return scale === 1 ? gradient : gradient.mul(scale)
}
