// Batches times a number for each item, added: what a forward process, a sampler's step and one prediction from another are.
import { checkCount, perItem } from './coefficients.ts'
import { operation } from './layers/operation.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'
import type { Backend } from './webgpu/backend.ts'
import { weightedSum as byKernel } from './webgpu/kernels/weightedSum.ts'
import { ownKernels, tensorOf } from './webgpu/own.ts'

/** A batch and its factors, one for each item or one for all. */
type Term = readonly [x: Tensor, factors: Float64Array | readonly number[]]

/** The sum of the terms, whose batches have one shape, `[b, ...]`. Throws NodeError at `slot` unless there are b factors or 1. */
export function weightedSum(terms: readonly Term[], slot = 't'): Tensor {
  const backend = ownKernels()
  if (!backend) return terms.map(([x, factors]) => x.mul(perItem(factors, x, slot))).reduce((sum, term) => sum.add(term))
  for (const [x, factors] of terms) checkCount(factors.length, x, slot)
  return onDevice(backend, terms)
}

/** In one dispatch; so is each gradient. */
function onDevice(backend: Backend, terms: readonly Term[]): Tensor {
  const inputs = Object.fromEntries(terms.map(([x], i) => [`x${i}`, x]))
  const [y] = operation(inputs, () => {
    const rows = Math.max(...terms.map(([, factors]) => factors.length))
    const all = terms.flatMap(([, factors]) =>
      factors.length === rows ? [...factors] : new Array<number>(rows).fill(factors[0]!),
    )
    const factors = tf.tensor2d(all, [terms.length, rows], 'float32')
    const tensors = terms.map(([x]) => x)
    return {
      outputs: [tensorOf(byKernel(backend, tensors, factors))],
      keep: [],
      gradients: ([dy]) => Object.fromEntries(terms.map(([, own], i) => [`x${i}`, () => onDevice(backend, [[dy!, own]])])),
    }
  })
  return y!
}
