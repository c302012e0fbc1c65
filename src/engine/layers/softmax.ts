import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import * as webgpu from '../webgpu/kernels/softmax.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'

/**
 * scale y (dy - sum y dy), sums over the last axis: the gradient of y = softmax(x) with respect to x, times `scale`. On webgpu with
 * kernels of our own it is one dispatch, but not where it is differentiated itself.
 */
export function softmaxGradient(y: Tensor, dy: Tensor, scale = 1): Tensor {
  const kernels = ownKernels()
  if (kernels && !tf.engine().isTapeOn()) return tensorOf(webgpu.softmaxGradient(kernels, y, dy, scale))
  const weighted = dy.mul(y)
  const gradient = weighted.sub(y.mul(weighted.sum(-1, true)))
  return scale === 1 ? gradient : gradient.mul(scale)
}
