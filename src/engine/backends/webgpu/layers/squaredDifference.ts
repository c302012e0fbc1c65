// Squared differences on WebGPU: one dispatch in each pass, two for the forward pass of their mean.
import type { Scalar, Tensor } from '../../../base/tf.ts'
import { operation } from '../../../layers/operation.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { rulesFor } from '../kernels/software/rules.ts'
import {
  meanSquaredDifferenceGradient,
  squaredDifference,
  squaredDifferenceGradient,
} from '../kernels/elementwise/elementwise.ts'
import { meanSquaredDifference } from '../kernels/elementwise/meanSquare.ts'

/** Returns (a - b)² of every element. */
export function webgpuSquaredDifference(backend: WebGPUBackend, a: Tensor, b: Tensor): Tensor {
  const [y] = operation({ a, b }, () => ({
    outputs: [wrapTensor(squaredDifference(backend, a, b))],
    keep: [a, b],
    gradients: ([dy]) => ({
      a: () => wrapTensor(squaredDifferenceGradient(backend, a, b, dy)),
      b: () => wrapTensor(squaredDifferenceGradient(backend, b, a, dy)),
    }),
  }))
  return y
}

/** Returns the mean of (a - b)² over all elements. */
export function webgpuMeanSquaredDifference(backend: WebGPUBackend, a: Tensor, b: Tensor): Scalar {
  const [y] = operation({ a, b }, () => ({
    outputs: [
      rulesFor(backend.device).sharesMemory
        ? wrapTensor(meanSquaredDifference(backend, a, b))
        : wrapTensor(squaredDifference(backend, a, b)).mean(),
    ],
    keep: [a, b],
    gradients: ([dy]) => ({
      a: () => wrapTensor(meanSquaredDifferenceGradient(backend, a, b, dy)),
      b: () => wrapTensor(meanSquaredDifferenceGradient(backend, b, a, dy)),
    }),
  }))
  return y as Scalar
}
