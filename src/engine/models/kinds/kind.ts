// Interface of a kind of model; `registry.ts` has the table of kinds. Loads no tfjs.
import type { Tensor } from '../../base/tf.ts'
import type { ReusedWeights } from '../model.ts'
import type { ConditionSpec } from '../condition.ts'
import type { LayerGraph } from '../graph/layer.ts'
import { memoize } from '../graph/memoize.ts'
import type { LayerWeights } from '../graph/weights.ts'
import { layersWithWeights } from '../graph/weights.ts'
import type { Configured } from './configs.ts'
import type { OwnRun } from './defined/definition.ts'
import type { ModelFile } from './file.ts'
import { hasVarianceOutput } from './layers/graph.ts'

/** Height and width of images in pixels. */
export type ImageSize = readonly [height: number, width: number]

/** Names of functions of a graph. */
export type FunctionNames = readonly [string, ...string[]]

/** Rows of name and text. */
export type Rows = [string, string][]

/** A model with those inside it, with or without weights. */
export type ModelTree = Configured & { readonly children: Readonly<Record<string, ModelTree>> }

export interface ModelKind<Config extends object = object> {
  /** True if the model itself has trainable weights; wrappers have none. */
  trainable: boolean
  /**
   * True if the result can be differentiated with respect to the timestep (`Times.tensor`), which
   * the model then passes to its embedding or to its children.
   */
  differentiableTime?: boolean
  /** Shape of one item; undefined for wrappers, which have that of the model inside. */
  itemShape?(config: Config): readonly number[]
  /** Parts of the condition; undefined for wrappers, which have those of the model inside. */
  conditions?(config: Config, children: ModelTree['children']): readonly ConditionSpec[]
}

/** A network with weights of its own, which files have. */
export interface NetworkKind<Config extends object = object> extends ModelKind<Config> {
  itemShape(config: Config): readonly number[]
  conditions(config: Config): readonly ConditionSpec[]
  /** Parses a config, which may be a stranger's. Throws CheckpointError. */
  parse(json: Record<string, unknown>): Config
  /** The layers, planned once per config. Undefined for networks that compute themselves. */
  graph?(config: Config, size?: ImageSize): LayerGraph
  /** Functions of the graph that read x and t; undefined for autoencoders. */
  main: FunctionNames | undefined
  /** Set for networks of images of several sizes. */
  sizes?: ImageSizes<Config>
  /** Numbers that the draws of dropout layers differ by; by default their place among them. */
  dropoutPlaces?(config: Config): (name: string) => number
  /** The layers with weights, in the order of files. */
  layers(config: Config): readonly LayerWeights[]
  /** True if the second half of the channels is a learned variance. */
  hasVariance(config: Config): boolean
  /** True for layers that start at zero, if a model is created that way. */
  startsAtZero?(layer: string, config: Config): boolean
  /** Computes the prediction of a network without a graph. */
  run?(call: OwnRun<Config>): Tensor
  file: ModelFile<Config>
  /** Describes a network. `countSteps` counts the steps of a function of the graph. */
  rows?(model: Shown<Config>, countSteps: (name: string) => StepCount): Rows
  /** True for models that are described by the number of pixels of their images. */
  takesImages?: true
}

interface ImageSizes<Config> {
  /** Height and width are multiples of this number. */
  multiple(config: Config): number
  /** The size that the network was trained for; undefined if the same layers take every size. */
  own?(config: Config): ImageSize
}

/** The parts of a model that its rows show. */
export interface Shown<Config> {
  config: Config
  reused?: ReusedWeights
}

export interface StepCount {
  steps: number
  fused: number
}

/** Properties that follow from the graph unless a kind states them. */
type Derived = 'trainable' | 'main' | 'layers' | 'hasVariance'

type NetworkDefinition<Config extends object> = Omit<NetworkKind<Config>, Derived | 'graph'> &
  Partial<Pick<NetworkKind<Config>, Derived>> &
  Required<Pick<NetworkKind<Config>, 'graph'>>

/** Defines a kind of network that is a graph of layers. */
export const defineNetwork = <Config extends object>(
  network: NetworkDefinition<Config>,
): NetworkKind<Config> => ({
  trainable: true,
  main: ['predict'],
  layers: memoize((config) => layersWithWeights(network.graph(config))),
  hasVariance: (config) => hasVarianceOutput(network.graph(config)),
  ...network,
})

/** Spec for class labels; none without classes. */
export const labelSpec = (classes: number): ConditionSpec[] =>
  classes > 0 ? [{ kind: 'labels', classes, last: classes - 1 }] : []
