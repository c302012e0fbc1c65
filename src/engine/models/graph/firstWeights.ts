// First values of weights, as PyTorch's modules start theirs.
import type { Random } from '../../base/random.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Weights } from '../../base/values.ts'
import type { WeightSpec } from './layer.ts'
import type { LayerWeights } from './weights.ts'

/** First values of the weights of a layer; zeros if `isZero`. */
export const createWeights = (
  { name, specs }: LayerWeights,
  random: Random,
  isZero = false,
): Weights =>
  Object.fromEntries(
    specs.map((spec) => [
      `${name}.${spec.part}`,
      isZero ? tf.zeros([...spec.shape]) : createWeight(spec, random),
    ]),
  )

function createWeight({ shape, start }: WeightSpec, random: Random): Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  switch (start.kind) {
    case 'uniform': {
      const bound = 1 / Math.sqrt(start.fanIn)
      return tf.tensor(
        random.uniform(size).map((u) => bound * (2 * u - 1)),
        [...shape],
      )
    }
    case 'normal':
      return tf.tensor(random.normal(size), [...shape])
    case 'ones':
      return tf.ones([...shape])
    case 'zeros':
      return tf.zeros([...shape])
  }
}
