// Initial weights of a UNet.
import { convWeights, embeddingWeights, linearWeights, normWeights } from '../../layers/init.ts'
import type { Random } from '../../base/random.ts'
import { tf } from '../../base/tf.ts'
import type { Model, PredictionType, VarianceKind, Weights } from '../../base/values.ts'
import type { UnetConfig } from './config.ts'
import type { Layer } from './shapes.ts'
import { unetLayers } from './shapes.ts'

export interface UnetStart {
  /**
   * Zero-initialises the last layer of every residual and attention block and of the model, so that
   * blocks start as the identity and the model as 0 (Dhariwal & Nichol 2021, ADM). diffusers uses
   * PyTorch's initialisation throughout.
   */
  zero_init: boolean
  /** Kind of learned variance; requires twice the output channels. */
  variance?: VarianceKind
}

/** Creates a UNet with PyTorch's initialisation. */
export function unet(
  config: UnetConfig,
  predicts: PredictionType,
  random: Random,
  { zero_init, variance }: UnetStart,
): Model {
  const weights = unetLayers(config).map((layer) =>
    zero_init && isLast(layer) ? zeroWeights(layer) : createWeights(layer, random),
  )
  return {
    type: 'model',
    kind: 'unet',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    weights: Object.assign({}, ...weights) as Weights,
    children: {},
  }
}

/**
 * Initialises a layer in our layouts: convolutions [height, width, in, out], linear layers [in,
 * out].
 */
function createWeights(layer: Layer, random: Random): Weights {
  switch (layer.kind) {
    case 'conv':
      return convWeights(layer.name, layer.kernel, layer.from, layer.to, random)
    case 'linear':
      return linearWeights(layer.name, layer.from, layer.to, random, layer.bias)
    case 'norm':
      return normWeights(layer.name, layer.channels)
    case 'embedding':
      return embeddingWeights(layer.name, layer.count, layer.width, random)
  }
}

/** True for the last layer of a block; for transformers that is `proj_out`. */
const isLast = ({ name }: Layer) =>
  /(^conv_out|\.conv2|attentions\.\d+\.to_out\.0|\.proj_out)$/.test(name)

function zeroWeights(layer: Layer): Weights {
  if (layer.kind !== 'conv' && layer.kind !== 'linear')
    throw new Error(`${layer.name} is not the last layer of a block.`)
  const { name, from, to } = layer
  const shape = layer.kind === 'conv' ? [layer.kernel, layer.kernel, from, to] : [from, to]
  return { [`${name}.weight`]: tf.zeros(shape), [`${name}.bias`]: tf.zeros([to]) }
}
