// Types of the values on wires. Each has its slot type as a tag, so that Inspect and Repeat can
// accept any of them.
//
// Timesteps, labels, schedules and datasets are arrays on the CPU: they can be checked without a
// readback, and tables are float64. Only batches and weights are tensors.
import type { BuiltInKind, Configured } from '../models/kinds/configs.ts'
import { isPlainObject, mapEntries } from './records.ts'
import type { Schedule, Times } from '../process/schedule.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from './tf.ts'
import { tf } from './tf.ts'
import type { Transitions } from '../process/timesteps.ts'

/** Kind of data in a batch: pixels in [-1, 1], coordinates, or a latent code. */
export type Space = 'image' | 'point' | 'latent'

/** Prediction type of a model, by its diffusers name. */
export type PredictionType = 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction'

/** A batch: float32 `[b, h, w, c]` images or `[b, d]` points. */
export interface Samples {
  type: 'samples'
  tensor: Tensor
  space: Space
}

/** Standard normal noise, with the shapes of {@link Samples}. Accepted wherever they are. */
export interface Noise {
  type: 'noise'
  tensor: Tensor
  space: Space
}

/** A model's output, with the shape of its input, and its prediction type. */
export interface Prediction {
  type: 'prediction'
  tensor: Tensor
  space: Space
  predicts: PredictionType
  /** The variance of the reverse step, if the model predicts it. */
  variance?: LearnedVariance
}

/** An output tensor with its prediction type. */
export type TypedPrediction = Pick<Prediction, 'tensor' | 'predicts'>

/**
 * Parametrisation of a learned variance. `learned`: its logarithm. `learned_range`: the position of
 * the logarithm between that of the posterior (-1) and that of β (1); Nichol & Dhariwal 2021, eq.
 * 15.
 */
export type VarianceKind = 'learned' | 'learned_range'

/** The second half of the output channels of a model that predicts a variance; the shape of x_t. */
export interface LearnedVariance {
  tensor: Tensor
  kind: VarianceKind
}

/** Timesteps of a batch: one per item, or one for all items. -1 means clean data. */
export interface Timestep extends Times {
  type: 'timestep'
  /** Position of the sampler step that begins at this timestep. */
  place?: StepPlace
}

/** Position of a sampler step: `index` is 0 ... count - 1. */
export interface StepPlace {
  index: number
  count: number
  /** The last step ends at clean data. */
  endsClean?: boolean
  /** The last timesteps before a list that is the rest of a longer one. */
  skipped?: Times
}

/** The transitions of a sampler, in order. */
export interface Timesteps extends Transitions {
  type: 'timesteps'
}

/** The training process, see `schedule.ts`. */
export interface ScheduleValue {
  type: 'schedule'
  schedule: Schedule
}

/** Weights by their names in a checkpoint. */
export type Weights = Record<string, Tensor>

/**
 * Fixed numbers by their names in a checkpoint, such as the random frequencies of an embedding. On
 * the CPU, where embeddings are computed.
 */
export type Buffers = Readonly<Record<string, Float32Array>>

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

/**
 * `float16`: on webgpu, outputs of UNet blocks are stored with two bytes per number. Arithmetic is
 * in float32. Other backends ignore it.
 */
export type ActivationStorage = 'float32' | 'float16'

/** Identifies the random draws of a training step. */
export interface TrainingMode {
  seed: number
  step: number
  /**
   * Gradient checkpointing: blocks save only their inputs and are evaluated again in the backward
   * pass. Uses less memory and gives the same bits.
   */
  checkpointing?: boolean
}

/**
 * Sequences of tokens, such as the characters of words. `[b, n]` whole numbers from 0 to the number
 * of tokens of the vocabulary - 1, as float32; -1 is a masked place.
 */
export interface Tokens {
  type: 'tokens'
  tensor: Tensor2D
  vocabulary: Vocabulary
}

/** Class labels, one per item. */
export interface Labels {
  type: 'labels'
  labels: Int32Array
  /** Names of the labels, for views. */
  names?: readonly string[]
}

/** Attention blocks of a UNet. Each rule adds to the previous ones. */
export interface Attention {
  type: 'attention'
  rules: AttentionRule[]
}

export type AttentionRule = AttentionPlaces &
  ({ kind: 'self' | 'linear' } | ({ kind: 'cross' } & CrossAttention))

/** Tokens of cross-attention, and the blocks that attend to them. */
export interface CrossAttention {
  /** Width of the tokens in the blocks. */
  cross_attention_dim: number
  /** Number of consecutive transformer blocks in each place. */
  transformer_layers: number
  /**
   * Projections around the blocks are linear layers instead of 1 x 1 convolutions. Only the shape
   * of the weights in files differs.
   */
  use_linear_projection: boolean
  /**
   * `labels`: embeddings of `count` labels per item. `captions`: those of the words of captions, by
   * the vocabulary of the data set. `vectors`: input vectors, of `width` if that differs from
   * `cross_attention_dim`.
   */
  tokens:
    | { from: 'labels'; count: number }
    | { from: 'captions' }
    | { from: 'vectors'; width: number | undefined }
}

export interface AttentionPlaces {
  /** Number of heads at every level. Exactly one of `heads` and `head_dim` is set. */
  heads?: number
  /** Number of channels per head. */
  head_dim?: number
  /** Sides of the feature maps with attention: 8 for [b, 8, 8, c]. */
  resolutions: number[]
  /** Adds attention to the middle block. */
  mid_block: boolean
}

/** Layers of a network, which compute nothing on a wire; see `models/graph/features.ts`. */
export type Features = import('../models/graph/features.ts').Features

/** Unnormalised log-probabilities of classes, `[b, classes]`. */
export interface Logits {
  type: 'logits'
  tensor: Tensor
}

/** Conditioning of a prediction before its embedding: one part, or several of different kinds. */
export type Conditioning = ConditionPart | { kind: 'joint'; parts: readonly ConditionPart[] }

/** A part of a condition: one value per item, or one for all items. */
export type ConditionPart =
  /** Class labels; -1 for none. Each item has `perItem` consecutive labels (default 1). */
  | {
      kind: 'labels'
      labels: Int32Array
      perItem?: number
      /** Vocabulary of the labels, if they are tokens of a data set. */
      vocabulary?: Vocabulary
    }
  /** Numbers that are embedded like a timestep. */
  | ({ kind: 'values'; values: Float64Array } & Pick<Times, 'tensor'>)
  /** Vectors `[b, d]` that are added to the timestep embedding. */
  | { kind: 'vectors'; vectors: Tensor }
  /** Tokens `[b, n, d]` for cross-attention; zeros mean none. */
  | { kind: 'tokens'; tokens: Tensor3D }
  /**
   * Channels `[b, h, w, c]`, or coordinates `[b, d]`, that a network takes beside those of its
   * input; zeros mean none.
   */
  | { kind: 'channels'; channels: Tensor }

export interface Condition {
  type: 'condition'
  condition: Conditioning
}

/** A scalar to minimise. */
export interface Loss {
  type: 'loss'
  tensor: Scalar
}

/** The loss of each item of a batch, `[b]`, and the timestep of each item. */
export interface ItemLosses {
  type: 'losses'
  tensor: Tensor1D
  t: Float64Array
}

/** The weight of each item of a batch in a mean. */
export interface ItemWeights {
  type: 'weights'
  weights: Float64Array
}

/** The last losses of each timestep during a training, see `importance.ts`. */
export interface RecordValue {
  type: 'record'
  record: import('../process/importance.ts').LossRecord
}

/** One number. */
export interface NumberValue {
  type: 'number'
  tensor: Scalar
  /** The number itself in float64, if it is known without reading the tensor. */
  value?: number
}

/** A number that is known on the CPU. */
export const hostNumber = (value: number): NumberValue => ({
  type: 'number',
  tensor: tf.scalar(value),
  value,
})

/** One text, such as the name of a choice. */
export interface TextValue {
  type: 'text'
  text: string
}

/** A dataset on the CPU: `data` contains `size` consecutive items of `shape`. */
export interface Dataset {
  type: 'dataset'
  data: Float32Array
  shape: number[]
  size: number
  space: Space
  /** One label per item. */
  labels?: Int32Array
  classes?: number
  /** Names of the classes, by label, if the data have any. */
  classNames?: string[]
  /** One text per item, empty for none. */
  captions?: readonly string[]
  /** The captions as tokens, see `datasets/vocabulary.ts`. */
  tokens?: CaptionTokens
}

/**
 * Words of captions by their ids: `words[i]` has the id i + 2, 0 is padding, 1 an unknown word. A
 * caption has `length` ids.
 */
export interface Vocabulary {
  type: 'vocabulary'
  words: readonly string[]
  length: number
  /** Set if the words are single characters, which form texts without spaces. */
  unit?: 'character'
}

/** Captions as ids: `vocabulary.length` consecutive ones per item, all of them -1 for no caption. */
export interface CaptionTokens {
  ids: Int32Array
  vocabulary: Vocabulary
}

/** The configuration of an optimizer, see `optimizers.ts`. */
export interface Optimizer {
  type: 'optimizer'
  config: import('../training/optimizers.ts').OptimizerConfig
}

/** Moving averages of the weights to maintain, see `ema.ts`. */
export interface Ema {
  type: 'ema'
  configs: import('../training/ema.ts').EmaConfig[]
}

/**
 * Intermediate states of a sampler: `frames[i]` is the state at timestep `t[i]`. The first is x_T.
 */
export interface Trajectory {
  type: 'trajectory'
  t: Float64Array
  frames: Tensor[]
  space: Space
  /** Set if the frames are {@link Tokens}. */
  vocabulary?: Vocabulary
}

/**
 * The losses of all training steps from the first, or the terms of a likelihood. `losses` contains
 * consecutive parts, each a scalar or `[n]`.
 */
export interface History {
  type: 'history'
  losses: Tensor[]
  /** The timestep of each number, for the terms of a likelihood. */
  t?: Float64Array
  /** The position of each number on the x axis, if it is neither a step nor a timestep. */
  x?: Float64Array
  /** Name of the x axis. */
  xName?: string
}

/** The state of a training, from which another training can resume. */
export interface Training {
  type: 'training'
  state: import('../training/trainStep.ts').TrainingState
}

/** Value types by slot type. The keys are the names in files. */
export interface SlotValues {
  samples: Samples
  noise: Noise
  prediction: Prediction
  timestep: Timestep
  timesteps: Timesteps
  schedule: ScheduleValue
  model: Model
  labels: Labels
  tokens: Tokens
  condition: Condition
  loss: Loss
  losses: ItemLosses
  weights: ItemWeights
  record: RecordValue
  number: NumberValue
  text: TextValue
  dataset: Dataset
  vocabulary: Vocabulary
  attention: Attention
  logits: Logits
  features: Features
  optimizer: Optimizer
  ema: Ema
  trajectory: Trajectory
  history: History
  training: Training
  loop: { type: 'loop' }
}

export type SlotType = keyof SlotValues
export type Value = SlotValues[SlotType]

/** All tensors inside a value, at any depth. A tensor may occur more than once. */
export function collectTensors(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof tf.Tensor) found.push(value)
  else if (Array.isArray(value)) for (const item of value) collectTensors(item, found)
  else if (isPlainObject(value)) for (const key in value) collectTensors(value[key], found)
  return found
}

/** Replaces every tensor inside a value, in the order of {@link collectTensors}. */
export function mapTensors<T>(value: T, replace: (tensor: Tensor) => unknown): T {
  if (value instanceof tf.Tensor) return replace(value) as T
  if (Array.isArray(value)) return value.map((item) => mapTensors(item, replace)) as T
  if (isPlainObject(value)) {
    // Networks are compiled once for each config, by its identity.
    return mapEntries(value, (name, item) =>
      name === 'config' && collectTensors(item).length === 0 ? item : mapTensors(item, replace),
    ) as T
  }
  return value
}
