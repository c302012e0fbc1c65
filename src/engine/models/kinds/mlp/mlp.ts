// MLP for points: residual layers conditioned on the timestep and optionally on a class, a number, a
// vector and further coordinates.
import type { Random } from '../../../base/random.ts'
import type { PredictionType, VarianceKind } from '../../../base/values.ts'
import type { ModelOf } from '../../model.ts'
import { createNetwork } from '../../network.ts'
import type { MlpConfig } from './config.ts'

/**
 * Creates an MLP. Weights have the names of an equivalent PyTorch module, but layout `[in, out]`;
 * the last row of `class_embedding.weight` is the null label. `variance` is the kind of learned
 * variance, if `out_dim` includes one.
 */
export const mlp = (
  config: MlpConfig,
  predicts: PredictionType,
  random: Random,
  variance?: VarianceKind,
): ModelOf<'mlp'> => createNetwork({ kind: 'mlp', config }, random, { predicts, variance })
