// The weights that a UNet starts with.
import { convWeights, embeddingWeights, linearWeights, normWeights } from '../../layers/init.ts'
import type { Random } from '../../random.ts'
import { tf } from '../../tf.ts'
import type { Model, PredictionType, VarianceKind, Weights } from '../../values.ts'
import type { UnetConfig } from './config.ts'
import type { Layer } from './shapes.ts'
import { unetLayers } from './shapes.ts'

export interface UnetStart {
  /**
   * Zeros in the last layer of every residual and attention block and in the last of all, so that each block begins as the
   * identity and the model as 0: Dhariwal & Nichol 2021 (ADM). diffusers starts all layers as PyTorch does.
   */
  zero_init: boolean
  /** How it says a variance; the config has twice as many channels going out then. */
  variance?: VarianceKind
}

/** A new UNet, as PyTorch starts its layers. */
export function unet(config: UnetConfig, predicts: PredictionType, random: Random, { zero_init, variance }: UnetStart): Model {
  const weights = unetLayers(config).map((layer) => (zero_init && isLast(layer) ? zeroWeights(layer) : weightsOf(layer, random)))
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

/** In memory convolutions are [height, width, in, out] and linear layers [in, out]. */
function weightsOf(layer: Layer, random: Random): Weights {
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

/** A transformer ends with `proj_out`; what is inside of it starts as ever. */
const isLast = ({ name }: Layer) => /(^conv_out|\.conv2|attentions\.\d+\.to_out\.0|\.proj_out)$/.test(name)

function zeroWeights(layer: Layer): Weights {
  if (layer.kind !== 'conv' && layer.kind !== 'linear') throw new Error(`${layer.name} is not the last layer of a block.`)
  const { name, from, to } = layer
  const shape = layer.kind === 'conv' ? [layer.kernel, layer.kernel, from, to] : [from, to]
  return { [`${name}.weight`]: tf.zeros(shape), [`${name}.bias`]: tf.zeros([to]) }
}
