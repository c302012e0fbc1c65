// Weighted sum of batches on WebGPU: one dispatch, and one for each gradient.
import type { WeightedTerm } from '../../../base/layerTypes.ts'
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { operation } from '../../../layers/operation.ts'
import type { WebGPUBackend } from '../backend.ts'
import { weightedSumByKernel } from '../kernels/elementwise/weightedSum.ts'
import { wrapTensor } from '../activeWebGPU.ts'

export function webgpuWeightedSum(backend: WebGPUBackend, terms: readonly WeightedTerm[]): Tensor {
  const inputs = Object.fromEntries(terms.map(([x], i) => [`x${i}`, x]))
  const [y] = operation(inputs, () => {
    const rows = Math.max(...terms.map(([, factors]) => factors.length))
    const all = terms.flatMap(([, factors]) =>
      factors.length === rows ? [...factors] : new Array<number>(rows).fill(factors[0]),
    )
    const factors = tf.tensor2d(all, [terms.length, rows], 'float32')
    const tensors = terms.map(([x]) => x)
    return {
      outputs: [wrapTensor(weightedSumByKernel(backend, tensors, factors))],
      keep: [],
      gradients: ([dy]) =>
        Object.fromEntries(
          terms.map(([, own], i) => [`x${i}`, () => webgpuWeightedSum(backend, [[dy, own]])]),
        ),
    }
  })
  return y
}
