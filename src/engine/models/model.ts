// A model as plain data.
import type {
  ActivationStorage,
  Buffers,
  PredictionType,
  TrainingMode,
  VarianceKind,
  Weights,
} from '../base/values.ts'
import type { BuiltInKind, Configured } from './kinds/configs.ts'

/**
 * A model as plain data, interpreted by `models/predict.ts`. Wrappers have `children` and no
 * weights of their own.
 */
export type Model = ModelFields & Configured

/** A model of a kind of this package. */
export type ModelOf<K extends BuiltInKind> = Extract<Model, { kind: K }>

/** Properties of models of every kind. */
export interface ModelFields {
  type: 'model'
  predicts: PredictionType
  /**
   * Set if the model also predicts a variance. Its network then has twice as many output channels
   * as input channels; the second half is the variance.
   */
  variance?: VarianceKind
  weights: Weights
  /** Numbers that are saved beside the weights, but never trained or averaged. */
  buffers?: Buffers
  children: Record<string, Model>
  /**
   * Set only during training: randomness of dropout, and checkpointing. Not saved in checkpoints.
   */
  training?: TrainingMode
  /**
   * Storage format of activations during evaluation (default float32). Not saved in checkpoints.
   */
  activations?: ActivationStorage
  /** Weights that came from another model. Not saved in checkpoints. */
  reused?: ReusedWeights
}

/** Weights that a changed network took over from the one before, by names of layers. */
export interface ReusedWeights {
  taken: number
  /** Layers that the other model lacks. */
  fresh: string[]
  /** Layers whose weights have another shape in the other model. */
  reshaped: string[]
  /** Layers of the other model that this one lacks. */
  unused: string[]
}
