// The network of a model as a graph of layers: plain data. The operations are in `ops/`.
import type { Buffers, Conditioning, TrainingMode, Weights } from '../../base/values.ts'
import type { Tensor } from '../../base/tf.ts'
import type { Times } from '../../process/schedule.ts'
import type { Attribute, FeatureShape, ValueKind } from './layerOp.ts'
import {
  layerOps,
  type Attrs,
  type ComputedOpName,
  type InputKind,
  type LayerOpName,
  type SourceName,
} from './ops/table.ts'

/** An operation with its attributes. */
export type Operation<K extends LayerOpName = LayerOpName> = {
  [Op in K]: { readonly op: Op; readonly attrs: Attrs<Op> }
}[K]

/** A layer before its inputs have positions. */
export type NamedOperation<K extends LayerOpName = LayerOpName> = Operation<K> & {
  /** Prefix of the names of its weights: `conv_in` for `conv_in.weight` and `conv_in.bias`. */
  readonly name?: string
}

export type Layer<K extends LayerOpName = LayerOpName> = NamedOperation<K> & {
  /** Positions of its inputs in the list of layers, all before its own. */
  readonly in: readonly number[]
}

/** A layer of an operation, with its members in the order that files have. */
export const placeOperation = (
  { op, name, attrs }: NamedOperation,
  inputs: readonly number[],
): Layer => ({ op, ...(name !== undefined && { name }), in: inputs, attrs }) as Layer

/** True for an input of the network. */
export const isSource = (layer: Layer): layer is Layer<SourceName> =>
  layerOps[layer.op].inputs.length === 0

/** Position of a layer in its graph. */
export type Feature = number

/** Layers after their inputs, and the layer that gives the result of each function of the model. */
export interface LayerGraph {
  readonly layers: readonly Layer[]
  readonly functions: Readonly<Record<string, Feature>>
  /** Blocks of its layers, if it was built from such. */
  readonly blocks?: readonly Block[]
  /** Modules of its layers, and parts in a row. */
  readonly modules?: readonly Module[]
  readonly repeats?: readonly Repeat[]
}

/** Blocks of layers that one node makes. */
export type BlockKind =
  | 'residual'
  | 'pixel_attention'
  | 'transformer'
  | 'dit'
  | 'time_embedding'
  | 'downsample'
  | 'upsample'

/** A block of layers in a graph. */
export interface Block {
  kind: BlockKind
  /** Positions of the layers that it reads, by the names of the inputs of its node. */
  inputs: Readonly<Record<string, Feature>>
  settings: Readonly<Record<string, Attribute | undefined>>
  /** Positions of its first layer, and of its result. */
  first: number
  output: Feature
}

/** Kinds of parts of a network that are written as one module, beside the blocks of nodes. */
export type ModuleKind =
  | Exclude<BlockKind, 'time_embedding' | 'dit'>
  | 'attention'
  | 'classifier_block'
  | 'dit_block'
  | 'dit_embedding'
  | 'geglu'
  | 'jit_attention'
  | 'jit_block'
  | 'middle'
  | 'swiglu'
  | 'tiny_block'
  | 'transformer_block'

/** Layers between inputs and one result whose names begin with that of the module. */
export interface Module {
  kind: ModuleKind
  name: string
  /** Positions of the layers that it reads, in the order of its arguments. */
  inputs: readonly Feature[]
  settings: Block['settings']
  /** Positions of its first layer, and of its result. */
  first: Feature
  output: Feature
}

/** One of several parts in a row with numbered names, which code repeats in a loop. */
export interface Repeat {
  /** Name of the part in code, such as `level`. */
  item: string
  /** Positions of its layers: from `first` to before `end`. */
  first: Feature
  end: Feature
}

/** Outputs of layers by their kind. */
interface ValuesByKind {
  features: Tensor
  times: Pick<Times, 't' | 'tensor'>
  labels: Int32Array
}

/** Output of a layer: features, or the times and labels that embeddings read on the CPU. */
export type LayerValue = ValuesByKind[ValueKind]

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

/** A layer while it is evaluated, without its inputs and attributes. */
export interface LayerPlace {
  /** Weights of the layer by part. */
  weights: Weights
  /** Fixed numbers of the layer by part. */
  buffers: Buffers
  /** Shape of one item of the result. */
  shape: FeatureShape
  /** Position of the layer. */
  index: number
  /** Draws of dropout differ by this number. */
  place: number
  pass: Pass
}

export interface LayerRun<K extends ComputedOpName = ComputedOpName> extends LayerPlace {
  inputs: readonly ValuesByKind[InputKind<K>][]
  attrs: Attrs<K>
}

/** Functions that evaluate layers. */
export type LayerRuns = {
  readonly [K in ComputedOpName]: (layer: LayerRun<K>) => Tensor
}

/** Functions that read inputs of the network. */
export type SourceReaders = {
  readonly [K in SourceName]: (inputs: NetworkInputs, attrs: Attrs<K>) => LayerValue
}
