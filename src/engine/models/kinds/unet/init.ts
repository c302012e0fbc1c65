// Initial weights of a UNet.
import type { Random } from '../../../base/random.ts'
import type { PredictionType, VarianceKind } from '../../../base/values.ts'
import type { ModelOf } from '../../model.ts'
import { createNetwork } from '../../network.ts'
import type { UnetConfig } from './config.ts'

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
export const unet = (
  config: UnetConfig,
  predicts: PredictionType,
  random: Random,
  { zero_init, variance }: UnetStart,
): ModelOf<'unet'> =>
  createNetwork({ kind: 'unet', config }, random, { predicts, variance, zeroInit: zero_init })
