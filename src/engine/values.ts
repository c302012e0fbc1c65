// What travels on wires. Every value says its slot type, so that Inspect and Repeat can take any of them.
//
// Small things (timesteps, labels, schedules, data sets) live on the CPU, where they can be checked without reading
// the device back and where tables are float64; only what is as large as a batch is a tensor.
import { mapValues } from './records.ts'
import type { Schedule, Times } from './schedule.ts'
import type { Scalar, Tensor, Tensor1D, Tensor3D } from './tf.ts'
import { tf } from './tf.ts'
import type { Transitions } from './timesteps.ts'

/** What the numbers of a batch are: pixels in [-1, 1], coordinates, or a latent code. */
export type Space = 'image' | 'point' | 'latent'

/** What a model's output stands for, by diffusers' names. */
export type PredictionType = 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction'

/** A batch: float32 `[b, h, w, c]` images or `[b, d]` points. */
export interface Samples {
  type: 'samples'
  tensor: Tensor
  space: Space
}

/** Standard normal noise, with the shapes of {@link Samples} and accepted wherever they are. */
export interface Noise {
  type: 'noise'
  tensor: Tensor
  space: Space
}

/** A model's output, with the shape of its input, and what it stands for. */
export interface Prediction {
  type: 'prediction'
  tensor: Tensor
  space: Space
  predicts: PredictionType
  /** What the model says of the variance of the step back, if it was made to. */
  variance?: LearnedVariance
}

/**
 * How a model says a variance. `learned`: its logarithm; `learned_range`: where the logarithm lies between that of the posterior,
 * -1, and that of β, 1 (Nichol & Dhariwal 2021, eq. 15).
 */
export type VarianceKind = 'learned' | 'learned_range'

/** The second half of the channels of a model that says a variance; the shape of x_t. */
export interface LearnedVariance {
  tensor: Tensor
  kind: VarianceKind
}

/** Timesteps of a batch: one per item, or a single one that holds for all. -1 means clean data. */
export interface Timestep extends Times {
  type: 'timestep'
  /** Which of a sampler's steps begins here. */
  place?: StepPlace
}

/** A step of a sampler among the others: 0 ... count - 1. */
export interface StepPlace {
  index: number
  count: number
  /** The last of them leads to clean data. */
  endsClean?: boolean
}

/** The transitions a sampler visits, in order. */
export interface Timesteps extends Transitions {
  type: 'timesteps'
}

/** The training process, see `schedule.ts`. */
export interface ScheduleValue {
  type: 'schedule'
  schedule: Schedule
}

/** Named weights, by the names a checkpoint has for them. */
export type Weights = Record<string, Tensor>

/** A model is plain data; `models/predict.ts` interprets it. Wrappers have `children` and no weights of their own. */
export interface Model {
  type: 'model'
  kind: string
  config: Record<string, unknown>
  predicts: PredictionType
  /** Set if it says a variance too: its network then gives twice the channels it takes, the variance in the second half. */
  variance?: VarianceKind
  weights: Weights
  children: Record<string, Model>
  /** While it is trained, and only then: what dropout draws from, and what is kept for the way back. No part of checkpoints. */
  training?: TrainingMode
  /** How its activations are stored while it is evaluated; float32 if it is not said. No part of checkpoints. */
  activations?: ActivationStorage
}

/** float16: on webgpu what blocks of a UNet give takes two bytes a number; all is computed in float32. Elsewhere as float32. */
export type ActivationStorage = 'float32' | 'float16'

/** Draws of a training step: its seed, and the number of the step. */
export interface TrainingMode {
  seed: number
  step: number
  /** Blocks keep only what goes into them, and are computed again on the way back: less memory, the same bits. */
  checkpointing?: boolean
}

/** Class labels, one per item of a batch. */
export interface Labels {
  type: 'labels'
  labels: Int32Array
}

/** Where a UNet attends, and how. Each rule adds to those before it. */
export interface Attention {
  type: 'attention'
  rules: AttentionRule[]
}

export type AttentionRule = AttentionPlaces & ({ kind: 'self' | 'linear' } | ({ kind: 'cross' } & CrossAttention))

/** What is attended to, and by what kind of block. */
export interface CrossAttention {
  /** Width of the tokens that the blocks see. */
  cross_attention_dim: number
  /** Transformer blocks, one after the other, in each place. */
  transformer_layers: number
  /** Linear layers around them, rather than 1 x 1 convolutions: the same but for the shape of the weights in files. */
  use_linear_projection: boolean
  /** Labels, so many an item, from a table in the model; or vectors as they come, of `width` if it is not `cross_attention_dim`. */
  tokens: { from: 'labels'; count: number } | { from: 'vectors'; width: number | undefined }
}

export interface AttentionPlaces {
  /** One of the two: how many heads at every level, or how many channels a head has. */
  heads?: number
  head_dim?: number
  /** Sides of the feature maps it works on: 8 for [b, 8, 8, c]. */
  resolutions: number[]
  /** In the middle block too. */
  mid_block: boolean
}

/** Unnormalised log-probabilities of classes, `[b, classes]`. */
export interface Logits {
  type: 'logits'
  tensor: Tensor
}

/** What a prediction is conditioned on, raw and not embedded: one an item, or a single one that holds for all. */
export type Conditioning =
  /** Class labels; -1 for none. With `perItem` so many an item, one item after the other. */
  | { kind: 'labels'; labels: Int32Array; perItem?: number }
  /** Numbers that are embedded like a timestep. */
  | { kind: 'values'; values: Float64Array }
  /** Vectors `[b, d]` that are added to the embedding of the timestep as they are. */
  | { kind: 'vectors'; vectors: Tensor }
  /** Tokens `[b, n, d]` to attend to; zeros stand for none. */
  | { kind: 'tokens'; tokens: Tensor3D }

export interface Condition {
  type: 'condition'
  condition: Conditioning
}

/** One number to be made small. */
export interface Loss {
  type: 'loss'
  tensor: Scalar
}

/** The loss of each item of a batch, `[b]`, and the timestep it was made at: one an item. */
export interface ItemLosses {
  type: 'losses'
  tensor: Tensor1D
  t: Float64Array
}

/** How much each item of a batch counts: one number an item. */
export interface ItemWeights {
  type: 'weights'
  weights: Float64Array
}

/** The last losses of each timestep while a model is trained, see `importance.ts`. */
export interface RecordValue {
  type: 'record'
  record: import('./importance.ts').LossRecord
}

/** One number. */
export interface NumberValue {
  type: 'number'
  tensor: Scalar
}

/** All examples, on the CPU: `data` holds `size` items of `shape`, one after the other. */
export interface Dataset {
  type: 'dataset'
  data: Float32Array
  shape: number[]
  size: number
  space: Space
  /** One label an item, or none. */
  labels?: Int32Array
  classes?: number
  /** What the labels stand for, in order; where the data has names for them. */
  classNames?: string[]
}

/** How weights are changed, see `optimizers.ts`. */
export interface Optimizer {
  type: 'optimizer'
  config: import('./optimizers.ts').OptimizerConfig
}

/** Which averages of the weights are kept, see `ema.ts`. */
export interface Ema {
  type: 'ema'
  configs: import('./ema.ts').EmaConfig[]
}

/** What a sampler went through: `frames[i]` was reached at timestep `t[i]`; the first is x_T. */
export interface Trajectory {
  type: 'trajectory'
  t: Float64Array
  frames: Tensor[]
  space: Space
}

/** The loss of every training step, from the first, or the terms of a likelihood: pieces in order, each a scalar or `[n]`. */
export interface History {
  type: 'history'
  losses: Tensor[]
  /** The timestep of each number, where they are not those of training steps. */
  t?: Float64Array
}

/** A training as it was left: with it another one goes on where this one stopped. */
export interface Training {
  type: 'training'
  state: import('./training.ts').TrainingState
}

/** The table of slot types: its keys are the names in files, its values what travels. */
export interface SlotValues {
  samples: Samples
  noise: Noise
  prediction: Prediction
  timestep: Timestep
  timesteps: Timesteps
  schedule: ScheduleValue
  model: Model
  labels: Labels
  condition: Condition
  loss: Loss
  losses: ItemLosses
  weights: ItemWeights
  record: RecordValue
  number: NumberValue
  dataset: Dataset
  attention: Attention
  logits: Logits
  optimizer: Optimizer
  ema: Ema
  trajectory: Trajectory
  history: History
  training: Training
  loop: { type: 'loop' }
}

export type SlotType = keyof SlotValues
export type Value = SlotValues[SlotType]

/** Every tensor inside a value, however deep; the same tensor may come twice. */
export function tensorsOf(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof tf.Tensor) found.push(value)
  else if (Array.isArray(value)) for (const item of value) tensorsOf(item, found)
  else if (isPlain(value)) for (const key in value) tensorsOf(value[key], found)
  return found
}

/** The same value with every tensor replaced, in the order of {@link tensorsOf}. */
export function mapTensors<T>(value: T, replace: (tensor: Tensor) => unknown): T {
  if (value instanceof tf.Tensor) return replace(value) as T
  if (Array.isArray(value)) return value.map((item) => mapTensors(item, replace)) as T
  if (isPlain(value)) {
    return mapValues(value, (item) => mapTensors(item, replace)) as T
  }
  return value
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
