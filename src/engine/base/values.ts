// Types of the values on wires. Each has its slot type as a tag, so that Inspect and Repeat can
// accept any of them.
//
// Timesteps, labels, schedules and datasets are arrays on the CPU: they can be checked without a
// readback, and tables are float64. Only batches and weights are tensors.
import { isPlainObject, mapEntries } from './records.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from './tf.ts'
import { tf } from './tf.ts'

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

/** Weights by their names in a checkpoint. */
export type Weights = Record<string, Tensor>

/**
 * Fixed numbers by their names in a checkpoint, such as the random frequencies of an embedding. On
 * the CPU, where embeddings are computed.
 */
export type Buffers = Readonly<Record<string, Float32Array>>

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
  /** Numbers that are embedded like a timestep, also as a tensor if they are differentiated by. */
  | { kind: 'values'; values: Float64Array; tensor?: Tensor }
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
