// Steps of the evaluation of a graph: single layers, and units of several layers that are computed
// by one function.
import type { Tensor, Tensor1D } from '../../base/tf.ts'
import type { Parameters } from '../../base/layerTypes.ts'
import type { Weights } from '../../base/values.ts'
import type { GraphView } from './analysis.ts'
import type { LayerValue, Pass } from './layer.ts'

export interface Step {
  /** Positions of the layers whose values it reads. */
  reads: readonly number[]
  /** Positions of the layers whose values it computes. */
  writes: readonly number[]
  run: (inputs: readonly LayerValue[], weights: Weights, pass: Pass) => readonly Tensor[]
  /**
   * Names of the weights of a block. A block is a part of the network that leaves nothing but its
   * result, and that activation checkpointing recomputes.
   */
  block?: readonly string[]
  /** Computes several layers. */
  isUnit?: true
}

/** The steps of some functions of a model. */
export interface Program {
  view: GraphView
  /** Inputs of the network that some step reads. */
  sources: readonly number[]
  /**
   * Steps that a backend cannot capture, as they read times or labels on the CPU, and the joining of
   * x with further channels.
   */
  prelude: readonly Step[]
  main: readonly Step[]
  /** Values of inputs and prelude that `main` reads. */
  entries: readonly number[]
  /** The layers that give the results. */
  outputs: readonly number[]
  /** Keys of captured evaluations, by the settings that choose other kernels. */
  captures: Map<string, object>
}

/** Layers that one step computes. */
export interface Unit {
  /** Positions of its layers. The values of all but those that the step writes are inside. */
  claims: readonly number[]
  step: Step
  /** The linear layer of the embedding that the unit reads, if it is computed with others. */
  projection?: number
}

/** Finds the unit whose result is the layer at `root`. */
export type Matcher = (view: GraphView, root: number) => Unit | undefined

/** Names of the layers with weights among those at `positions`. */
export const namesOf = ({ layers }: GraphView, positions: readonly number[]): string[] =>
  positions.flatMap((i) => layers[i].name ?? [])

/** Weight and bias of a layer. */
export const parametersOf = <W extends Tensor = Tensor1D>(
  weights: Weights,
  name: string,
): Parameters<W> => ({
  weight: weights[`${name}.weight`] as W,
  bias: weights[`${name}.bias`] as Tensor1D,
})

/** Weights, or buffers, of a layer by part. */
export const partsOf = <T>(
  all: Readonly<Record<string, T>>,
  name: string | undefined,
  parts: readonly string[],
): Record<string, T> => Object.fromEntries(parts.map((part) => [part, all[`${name}.${part}`]]))
