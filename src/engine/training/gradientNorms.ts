// Norms of the gradient of each layer.
import type { Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { unflatten } from './flatWeights.ts'
import type { Learner } from './trainStep.ts'

export interface GradientNorms {
  /** Names of the layers, in the order of their first weights. */
  layers: string[]
  /** Norm of the gradient of all weights of each layer. */
  norms: Tensor1D
}

/**
 * Norms per layer of the gradient of the last update, before clipping: sums over the segments of
 * the flattened gradient. Undefined for a state without it, see `storesGradients`.
 */
export function gradientNorms({ gradient, weights }: Learner): GradientNorms | undefined {
  if (!gradient) return undefined
  const names = Object.keys(weights)
  const layerOf = (name: string) => name.replace(/\.[^.]+$/, '')
  const layers = [...new Set(names.map(layerOf))]
  const norms = tf.tidy(() => {
    const squares = unflatten(gradient, Object.values(weights)).map((part) => part.square().sum())
    const sums = layers.map((layer) =>
      tf.addN(squares.filter((_, i) => layerOf(names[i]) === layer)),
    )
    return tf.stack(sums).sqrt() as Tensor1D
  })
  return { layers, norms }
}
