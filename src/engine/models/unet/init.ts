// Initial weights of a UNet.
import type { Random } from '../../base/random.ts'
import type { Model, PredictionType, VarianceKind } from '../../base/values.ts'
import type { UnetConfig } from './config.ts'
import { createWeights } from '../graph/firstWeights.ts'
import { unetLayers } from './graph.ts'

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
  return {
    type: 'model',
    kind: 'unet',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    ...createWeights(unetLayers(config), random, (layer) => zero_init && isLastOfBlock(layer)),
    children: {},
  }
}

/** True for the last layer of a block; for transformers that is `proj_out`. */
export const isLastOfBlock = (name: string) =>
  /(^conv_out|\.conv2|attentions\.\d+\.to_out\.0|\.proj_out)$/.test(name)
