// First values of weights, as PyTorch's modules start theirs.
import { countElements } from '../../base/shapes.ts'
import { hashText } from '../../base/hashText.ts'
import type { Random } from '../../base/random.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Weights } from '../../base/values.ts'
import type { Model } from '../model.ts'
import type { WeightSpec } from './layerOp.ts'
import type { LayerWeights } from './weights.ts'

/**
 * First weights and buffers of a model, drawn in the order of its layers, all from `random` or those
 * of each layer from a stream of its own. The weights of layers for which `isZero` holds are zeros.
 */
export function createWeights(
  layers: readonly LayerWeights[],
  random: Random | ((layer: string) => Random),
  isZero: (layer: string) => boolean = () => false,
): Pick<Model, 'weights' | 'buffers'> {
  const weights: Weights = {}
  const buffers: Record<string, Float32Array> = {}
  for (const { name, specs } of layers) {
    const draws = typeof random === 'function' ? random(name) : random
    for (const spec of specs) {
      const key = `${name}.${spec.part}`
      if (spec.fixed) buffers[key] = drawNumbers(spec, draws)
      else if (isZero(name)) weights[key] = tf.zeros([...spec.shape])
      else weights[key] = createWeight(spec, draws)
    }
  }
  return { weights, ...(Object.keys(buffers).length > 0 && { buffers }) }
}

/** Streams that depend on the name of a layer only, so that other layers can come and go. */
export const layerStreams =
  (random: Random) =>
  (layer: string): Random =>
    random.fork(hashText(layer))

function createWeight(spec: WeightSpec, random: Random): Tensor {
  switch (spec.start.kind) {
    case 'ones':
      return tf.ones([...spec.shape])
    case 'zeros':
      return tf.zeros([...spec.shape])
    default:
      return tf.tensor(drawNumbers(spec, random), [...spec.shape])
  }
}

function drawNumbers({ shape, start }: WeightSpec, random: Random): Float32Array {
  const size = countElements(shape)
  switch (start.kind) {
    case 'uniform': {
      const bound = 1 / Math.sqrt(start.fanIn)
      return random.uniform(size).map((u) => bound * (2 * u - 1))
    }
    case 'normal': {
      const { deviation = 1 } = start
      const numbers = random.normal(size)
      return deviation === 1 ? numbers : numbers.map((value) => deviation * value)
    }
    case 'ones':
      return new Float32Array(size).fill(1)
    case 'constant':
      return new Float32Array(size).fill(start.value)
    case 'zeros':
      return new Float32Array(size)
  }
}
