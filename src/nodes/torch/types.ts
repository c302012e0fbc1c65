// Types of the table that writes nodes as Python.
import type { MessageText } from '../../engine/base/catalogue.ts'
import type * as nodes from '../index.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import type { Beside } from './files.ts'
import type { PredictionType, Space, Value } from '../../engine/base/values.ts'
import type { Params } from '../../engine/plan/op.ts'
import type { NodeStep } from '../../engine/plan/steps.ts'

/** Facts about a value at the time of the export. */
export interface Facts {
  /** The value itself, if it does not depend on a training or on random draws. */
  known?: Value
  /** Predictions and models: the prediction type. */
  predicts?: PredictionType
  /** Predictions: the variable of the learned variance, and its kind. */
  variance?: { code: string; kind: string }
  space?: Space
  /** Timesteps without levels: the time itself. */
  time?: string
  /** Timesteps: `t` of the variable has the times. */
  isTime?: boolean
  /** Timesteps: one for all items, so that its levels are numbers. */
  single?: boolean
  /** Timesteps: the variable of the schedule whose levels it has. */
  schedule?: string
  /** Timesteps of a loop: that schedule. */
  scheduleValue?: Value
  /** Size of the batch in all processes, if each has its share of the items. */
  shared?: number
  /** Data sets: the variable of the labels, if there are any. */
  labels?: string
  /** Data sets: number of items. */
  size?: number
  /** Models: takes the level instead of the time, as wrappers do. */
  takesLevel?: boolean
  /** Models: the variable of the network inside a wrapper, and the wrapper around another one. */
  trained?: string
  wrap?: (network: string) => string
  /** Trainings: the variables of the averages. */
  averages?: readonly string[]
  /** Labels and conditions: the argument of networks. */
  condition?: 'classes' | 'values' | 'vectors' | 'tokens' | 'channels'
  /** Models: the result of a training. */
  isTrained?: boolean
  /** Several conditions: the arguments of networks. */
  conditions?: readonly (readonly [name: string, code: string])[]
  /** Numbers and losses: a number of Python or a tensor without axes. */
  scalar?: boolean
  /** Timesteps of a loop: the factor of noise before the first step, if it is not 1. */
  scale?: number
  /** Standard normal noise. */
  isNoise?: boolean
  /** Trajectories, histories and other lists. */
  list?: boolean
}

/** A value as an expression of Python. */
export interface Ref extends Facts {
  code: string
}

/** A file beside the script. */
export interface Companion {
  name: SafeFileName
  bytes: Uint8Array
}

/** Writes one node. */
export interface NodeWriter {
  readonly step: NodeStep
  /** The title of the node as a name. */
  readonly title: string
  readonly params: Params
  /** True if something is wired to the input. */
  has(slot: string): boolean
  /** The wired inputs whose names begin with `slot`, in order. */
  many(slot: string): Ref[]
  input(slot: string): Ref
  /** The known value of an input. Rejects the node if it is computed by the script. */
  known<T extends Value>(slot: string): T
  /** True if something reads the output. */
  wanted(slot: string): boolean
  /** Arguments of random draws: the seed and the iterations of the loops around the node. */
  draw(seed?: string): string
  /** Appends a line. */
  line(text: string): void
  /** Appends a line before, or after, the innermost loop. */
  before(text: string): void
  after(text: string): void
  /** The title of the node as it is. */
  readonly label: string
  /** The sampling loop around: the number of its steps and the variable of the step. */
  place(): { count?: number | undefined; index?: string | undefined; trains?: boolean | undefined }
  /** Adds a function. */
  define(name: string, code: string): void
  /** The reference of an output that has a name. */
  named(slot: string): Ref
  /** Adds the file of a checkpoint. Returns its name. */
  checkpoint(sha256: string): SafeFileName
  /** Appends the assignment of an output to a variable with the title of the node. */
  assign(code: string, facts?: Facts, slot?: string): Ref
  /** Names an output without a line. */
  name(ref: Ref, slot?: string): void
  /** A variable of this node with this name, if it is free. */
  variable(name: string): string
  /** The value that the node has at the time of the export, by output. */
  value<T extends Value>(slot: string): T
  /** The levels of a timestep, in the schedule of an input. */
  levels(slot: string, schedule?: string, like?: string): string
  /** Adds a data set beside the script. Returns its name. */
  dataFile(bytes: Uint8Array): SafeFileName
  /** States in the header what the user has to provide. */
  needs(text: MessageText): void
  /** The name of a file for a picture or table of this node. */
  output(ending: string, beside: Beside): SafeFileName
  /** The name of a file that a param names, with its ending. */
  result(name: string, beside?: Beside): SafeFileName
  /** Writes a model of a known network, and returns its variable. */
  readonly models: ModelWriter
  reject(reason: MessageText): never
}

export interface ModelWriter {
  /** Appends the definition and construction of a network. */
  network(node: NodeWriter, value: Value, slot: string, weights?: SafeFileName): Ref
}

/** Form of a node in Python. */
export type TorchNode =
  /** `known`: the node is also evaluated at the time of the export. */
  | {
      known?: true
      write: (node: NodeWriter) => void
      /** Params that may be wired. */
      wires?: readonly string[]
    }
  /** Evaluated at the time of the export; the nodes that read it write it. */
  | { known: true; write?: undefined }
  /** The ends of a loop, which the writer of loops knows. */
  | { loop: true }
  /** A view of the editor, which is left out. */
  | { view: true }
  /** Has no form in PyTorch: the message that states the reason. */
  | { none: NoneReason }

/** Why a node cannot be exported. */
export type NoneReason = 'unsupported' | 'tokens' | 'likelihood'

/** Nodes by the name of their export. */
export type NodeEntries = Partial<Record<keyof typeof nodes, TorchNode>>
