// Creates diffusion transformers.
import type { Random } from '../../../base/random.ts'
import type { PredictionType, VarianceKind } from '../../../base/values.ts'
import type { ModelOf } from '../../model.ts'
import { createNetwork } from '../../network.ts'
import type { DitConfig } from './config.ts'

export interface DitStart {
  /**
   * Zero-initialises the layers that scale and shift, and the last one, so that blocks start as the
   * identity and the model as 0 (adaLN-zero; section 3.2). diffusers uses PyTorch's initialisation
   * throughout.
   */
  zero_init: boolean
  /** Kind of learned variance; requires twice the output channels. */
  variance?: VarianceKind
}

/** Creates a DiT with PyTorch's initialisation. */
export const dit = (
  config: DitConfig,
  predicts: PredictionType,
  random: Random,
  { zero_init, variance }: DitStart,
): ModelOf<'dit'> =>
  createNetwork({ kind: 'dit', config }, random, { predicts, variance, zeroInit: zero_init })
