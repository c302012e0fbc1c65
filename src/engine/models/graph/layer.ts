// The network of a model as a graph of layers: plain data. What a layer means is in `ops/`.
import type { Buffers, Conditioning, TrainingMode, Weights } from '../../base/values.ts'
import type { Tensor } from '../../base/tf.ts'
import type { Times } from '../../process/schedule.ts'

/** Shape of the features of one item; `'n'` is the number of tokens, known at evaluation only. */
export type FeatureShape = readonly (number | 'n')[]

export type Attribute = number | string | boolean | null | readonly number[]
export type Attributes = Readonly<Record<string, Attribute>>

export interface Layer {
  readonly op: string
  /** Prefix of the names of its weights: `conv_in` for `conv_in.weight` and `conv_in.bias`. */
  readonly name?: string
  /** Positions of its inputs in the list of layers, all before its own. */
  readonly in: readonly number[]
  readonly attrs: Attributes
}

/** Layers after their inputs, and the layer that gives the result of each function of the model. */
export interface LayerGraph {
  readonly layers: readonly Layer[]
  readonly functions: Readonly<Record<string, number>>
  /** Blocks of its layers, if it was built from such; see `builder.ts`. */
  readonly blocks?: readonly import('./builder.ts').Block[]
  /** Modules of its layers, and parts in a row. */
  readonly modules?: readonly import('./builder.ts').Module[]
  readonly repeats?: readonly import('./builder.ts').Repeat[]
}

/** Initialisation of a weight, as in PyTorch's modules. */
export type WeightStart =
  /** Uniform within 1 / sqrt(fan_in). */
  | { kind: 'uniform'; fanIn: number }
  | { kind: 'normal'; deviation?: number }
  | { kind: 'ones' }
  | { kind: 'constant'; value: number }
  | { kind: 'zeros' }

/** Files have `convolution` and `linear` in PyTorch's order of axes, and others as they are. */
export type WeightLayout = 'convolution' | 'linear' | 'plain'

/** A weight of a layer. */
export interface WeightSpec {
  /** Last part of its name: `weight` or `bias`. */
  part: string
  /** Shape in this engine: convolutions `[kh, kw, in, out]`, linear layers `[in, out]`. */
  shape: readonly number[]
  layout: WeightLayout
  start: WeightStart
  /** Never trained: one of the model's buffers, and of one axis. */
  fixed?: true
}

/** Output of a layer: features, or the times and labels that embeddings read on the CPU. */
export type LayerValue = Tensor | Pick<Times, 't' | 'tensor'> | Int32Array

/** Kinds of {@link LayerValue}. */
export type ValueKind = 'features' | 'times' | 'labels'

/** The inputs of a network. Parts of a condition that are missing have a value for "none". */
export interface NetworkInputs {
  /** `[b, ...]`. */
  x: Tensor
  times?: Times | undefined
  condition?: Conditioning | undefined
}

/** Receives the queries and keys of an attention while it is evaluated. */
export type WatchAttention = (attention: {
  /** Position of the layer. */
  layer: number
  /** `[b, n, c]`, with the heads concatenated in c. */
  q: Tensor
  k: Tensor
  heads: number
}) => void

/** Settings of one evaluation. */
export interface Pass {
  /** Stores the outputs of convolutions, which are saved for the gradient, as float16 on webgpu. */
  half: boolean
  training: TrainingMode | undefined
  /** Fixed numbers of the model by name. */
  buffers: Buffers
  watch?: WatchAttention | undefined
}

export interface LayerRun {
  inputs: readonly LayerValue[]
  /** Weights of the layer by part. */
  weights: Weights
  /** Fixed numbers of the layer by part. */
  buffers: Buffers
  attrs: Attributes
  /** Shape of one item of the result. */
  shape: FeatureShape
  /** Position of the layer. */
  index: number
  /** Draws of dropout differ by this number. */
  place: number
  pass: Pass
}

/** Rules of an operation of layers: its inputs, attributes, shape and weights. */
export interface LayerOp {
  /** Names of the inputs; `many`: any number, at least one. */
  inputs: readonly string[] | 'many'
  /** Kind of its inputs; features by default. */
  takes?: ValueKind
  /** Kind of its output; features by default. */
  gives?: ValueKind
  /** Checks of the attributes, by name. All must be there, and no others. */
  attrs: Readonly<Record<string, AttributeCheck>>
  /** An input of the network. */
  isSource?: true
  /** Shape of the result. Throws EngineError, by input or attribute, if they do not fit. */
  shape: (inputs: readonly FeatureShape[], attrs: Attributes) => FeatureShape
  weights?: (inputs: readonly FeatureShape[], attrs: Attributes) => readonly WeightSpec[]
}

/** Functions that evaluate layers, by operation. */
export type LayerRuns = Readonly<Record<string, (layer: LayerRun) => Tensor>>

/** Functions that read inputs of the network, by operation. */
export type LayerSources = Readonly<
  Record<string, (inputs: NetworkInputs, attrs: Attributes) => LayerValue>
>

/** True if an attribute, which may come from a file, is valid. */
export type AttributeCheck = (value: unknown) => boolean
