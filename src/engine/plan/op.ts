// Node types: slots, params and functions. Declarations (src/nodes/define.ts) have this form.
import type { MessageText } from '../base/catalogue.ts'
import type { Random } from '../base/random.ts'
import type { Scalar, Tensor } from '../base/tf.ts'
import type { PredictionType, TextValue, Vocabulary } from '../base/values.ts'
import type { Features } from '../models/graph/features.ts'
import type { ScheduleValue, Timestep, Timesteps } from '../process/values.ts'
import type { SlotType, Value } from './slotValues.ts'
import type { CreateModel } from '../models/kinds/defined/definition.ts'
import type { Expansion } from './graph.ts'
import type { View } from '../base/view.ts'
import type { Declaration, LoopEnds } from './declaration.ts'

export * from './declaration.ts'

/** Types of the wired inputs by slot; undefined if a type is unknown. */
export type WiredTypes = ReadonlyMap<string, SlotType | undefined>

export interface RunContext {
  /**
   * Randomness, keyed by the node's seed, the iterations of the enclosing loops and the draw
   * number.
   */
  random: Random
  /** The data that `prepare` returned for this node. */
  prepared: unknown
  /** The contents of the tensors that `reads` returned for this node; undefined without `reads`. */
  read?: readonly Float32Array[]
}

/** Context of the `run` of a node. */
export interface NodeContext extends RunContext {
  /** Creates an untrained model of a kind of your own, with weights drawn from `random`. */
  createModel: CreateModel
}

export type Inputs = Record<string, Value | undefined>
export type Outputs = Record<string, Value>
export type Params = Record<string, unknown>

/**
 * Node with a bounded, synchronous, pure function `run`. Tensors that it creates are disposed,
 * except for its outputs.
 */
export interface RunOp extends Declaration {
  role: 'node'
  run: (inputs: never, params: never, context: RunContext) => Outputs
  /**
   * Asynchronous work before a run, such as decoding a data set or loading weights. `key`
   * identifies the content in cache keys.
   */
  prepare?: (params: never, assets: Assets) => Promise<{ key: string; data: unknown }>
  /**
   * Returns the tensors whose contents `run` needs on the CPU: some of the inputs, or computed from
   * them. They are read back before it runs, which is impossible inside a training step or another
   * unit under the tape.
   */
  reads?: (inputs: never, params: never) => readonly Tensor[]
  /**
   * Set if the contents of the tensors of `reads` are usually known on the CPU: batches of data,
   * and noise. Nothing waits for those, so that the node may run inside a unit, where other tensors
   * are a fault.
   */
  readsKnown?: true
  /** Inputs whose timesteps may carry derivatives (`Times.tensor`). */
  differentiable?: readonly string[]
  /**
   * Marks a multistep solver: `run` also receives and returns a state, which belongs to the
   * innermost sampling loop.
   */
  stateful?: true
  /**
   * Returns notices about params, wiring and static inputs that the rules of the plan do not cover.
   */
  notices?: (params: never, wired: ReadonlySet<string>, known: never) => MessageText[]
  /**
   * Throws NodeError before a run if params conflict with each other, with the static inputs, or
   * with the types of the wired inputs.
   */
  check?: (params: never, known: never, wired: WiredTypes) => void
  /**
   * `run` computes schedules and lists from its inputs alone, without randomness. It is cheap, and
   * is also evaluated when a graph is checked.
   */
  plain?: true
  /**
   * Computes the static outputs of a node that is not plain from its static inputs. `prepared` is
   * the result of `prepare`, or undefined before it resolves; the graph is checked again then.
   * `wired` are the wired inputs, of which some may not be static.
   */
  staticOutputs?: (
    params: never,
    known: never,
    prepared: unknown,
    wired: ReadonlySet<string>,
  ) => StaticValues
  /**
   * Returns a view of the outputs of a node outside loops. Plain data; must not read tensors. Needs
   * `room`. Unwired outputs may be missing.
   */
  show?: (outputs: never) => View | undefined
  /**
   * Returns the params as they count for cache keys: equal if the results are. Default: unchanged.
   */
  keyParams?: (params: never) => Params
  /**
   * Returns true if the result depends on the number of steps of the enclosing training, such as a
   * learning rate that decays to the end.
   */
  needsTotalSteps?: (params: never) => boolean
}

/** Prediction type of a model or a prediction, and whether it includes a variance. */
export interface StaticPrediction {
  type: 'model' | 'prediction'
  predicts: PredictionType
  variance: boolean
  /** Cannot be evaluated at pure noise. */
  needsSignal?: true
}

/**
 * Value that can be known before a run: a schedule, a list, all timesteps of a loop, the prediction
 * type of a model.
 */
export type StaticValue =
  | StaticPrediction
  | ScheduleValue
  | Timestep
  | Timesteps
  | StaticNumber
  | StaticDataset
  | Features
  | TextValue
  | Vocabulary

/** Shape of the items of a data set, the number of its classes, and the captions of all items. */
export interface StaticDataset {
  type: 'dataset'
  shape: readonly number[]
  classes?: number | undefined
  captions?: readonly string[] | undefined
}

/** A number that is known before a run. */
export interface StaticNumber {
  type: 'number'
  value: number
}

/** Static values by slot; unknown values are missing. */
export type StaticValues = Record<string, StaticValue | undefined>

/** A node that stands for a graph of other nodes. */
export interface ExpandOp extends Declaration {
  role: 'node'
  expands: true
  expand: (params: never, wired: ReadonlySet<string>) => Expansion
}

/** Line that grows while a loop runs: the value of one slot at every iteration. */
export interface Series {
  slot: string
  x: Float64Array
  y: Float64Array
}

/**
 * Losses of single items, collected while a loop runs: the last 50,000 of one slot, oldest first.
 */
export interface CollectedItems {
  slot: string
  t: Float64Array
  losses: Float64Array
}

export interface ObserverContext {
  /** Iteration of the innermost loop, or of the training that emits; undefined outside loops. */
  index: number | undefined
  /** Label of the iteration: "t = 412". */
  label: string | undefined
  /** Lines of this run, of a collecting observer, and those of earlier runs, newest first. */
  series: Series[]
  earlier: Series[][]
  /**
   * Stores a line that was read at once. When another computation is observed, it becomes one of
   * the earlier lines, like collected ones.
   */
  keepLine: (line: Series) => void
  /** Losses of single items, of a collecting observer. */
  items: CollectedItems[]
  /**
   * Returns the losses of a training that runs again in every iteration of a loop, of all its runs
   * so far, of a collecting observer; undefined for other histories.
   */
  allRounds: (slot: string) => Float64Array | undefined
}

/** Observer: shows values without changing anything. May be wired to values of a loop's body. */
export interface ObserverOp extends Declaration {
  role: 'observer'
  /**
   * Collects scalars and losses of items wired to the many-input of this name at every iteration.
   */
  collects?: string
  /** Reads the values it needs and returns the view, as plain data without tensors. */
  view: (inputs: never, params: never, context: ObserverContext) => Promise<View>
  /**
   * Measures numbers for outputs, and returns the view with them. While one of these outputs is
   * wired, the node is part of the computation and waits for this instead of observing.
   */
  measure?: (inputs: never, params: never) => Promise<Measurement>
  /**
   * Outputs that are computed on the device without waiting, and are differentiable: losses. Those
   * alone are possible inside a training step.
   */
  onDevice?: Readonly<Record<string, (inputs: never, params: never) => Scalar>>
}

/** Numbers of a metric by output, and its view. */
export interface Measurement {
  numbers: Readonly<Record<string, number>>
  view: View
}

/** Output node: writes files, at the end of a run only. */
export interface OutputOp extends Declaration {
  role: 'output'
  files: (inputs: never, params: never) => Promise<OutputFile[]>
}

export interface NoteOp extends Declaration {
  role: 'note'
}

export interface OutputFile {
  name: string
  mime: string
  bytes: Uint8Array
  /** `false`: one of many small files, of which another one contains the workflow. */
  workflow?: false
}

/** Sources of external data. */
export interface Assets {
  /** Returns the bytes of a checkpoint by its SHA-256; undefined if it is not stored here. */
  checkpoint(sha256: string): Promise<Uint8Array | undefined>
  /** Returns the bytes of a data set by its SHA-256; undefined if it is not stored here. */
  dataset(sha256: string): Promise<Uint8Array | undefined>
  /** Returns the unpacked bytes of a shipped file. Throws NodeError with its expected location. */
  shipped(name: ShippedFile): Promise<Uint8Array>
}

/** Shipped data sets: digits and emoji in our own format, and the four original files of MNIST. */
export type ShippedFile =
  | 'digits'
  | 'emoji'
  | `${'train' | 't10k'}-${'images-idx3' | 'labels-idx1'}-ubyte`

/**
 * Behaviour of a loop. The state is a value: plain data with tensors at its leaves, never changed
 * in place. So a snapshot is a reference, a stopped loop keeps its state, and a continued run has
 * the result of an uninterrupted one.
 */
export interface LoopBehaviour<State = unknown> {
  /**
   * Params of both ends that set the number of iterations, or how to compute the same bits. They
   * are not part of the cache key.
   */
  extents: readonly string[]
  /**
   * Returns the maximum number of iterations. If the next input `again` of End is wired, a value <=
   * 0 ends the loop.
   */
  iterations(inputs: Inputs, params: LoopParams): number
  /**
   * Returns the number of iterations as far as it is known before a run, from the static inputs and
   * the wired ones; undefined if it is not known. Default: undefined.
   */
  planned?(known: StaticValues, params: LoopParams, wired: ReadonlySet<string>): number | undefined
  /**
   * Returns the index of the first iteration, if it is not 0: for a training that continues from a
   * file.
   */
  first?(inputs: Inputs): number
  /** Returns the state before the first iteration. A continued run uses a stored state instead. */
  begin(inputs: Inputs, params: LoopParams, context: RunContext): State
  /**
   * Returns the each outputs of iteration `index`. `wanted` are those that are wired; others may be
   * missing.
   */
  each(
    state: State,
    index: number,
    inputs: Inputs,
    params: LoopParams,
    context: RunContext,
    wanted: ReadonlySet<string>,
  ): Outputs
  /**
   * Returns the state after iteration `index`, from the next inputs. Not called if `around` exists.
   */
  advance?(state: State, next: Inputs, index: number, inputs: Inputs, params: LoopParams): State
  /**
   * Runs the iteration itself, as one synchronous unit: `body` computes the next inputs from each
   * outputs. Gradients are those of `differentiate`. `body` may be called several times; every call
   * draws the same random numbers, and only the first is observed. The plan owns arguments and
   * results of all calls until the iteration is complete, so neither may be disposed; the state
   * returned may contain them. An error that `body` throws has to be passed on. `observed` are the
   * done outputs that observers read.
   */
  around?(
    state: State,
    each: Outputs,
    body: LoopBody,
    index: number,
    inputs: Inputs,
    params: LoopParams,
    observed: ReadonlySet<string>,
  ): State
  /**
   * Reads back from the device what the next iteration needs on the CPU. Awaited between
   * iterations.
   */
  settle?(state: State): Promise<State> | undefined
  /**
   * Returns false if `settle` has nothing to read back with these next inputs of End wired. Default:
   * true.
   */
  waits?(wired: ReadonlySet<string>): boolean
  /** Returns true if a state is the last one, regardless of `iterations`. */
  ended?(state: State): boolean
  /** Returns the done outputs of a state. `wanted` are those that are wired. */
  done(state: State, inputs: Inputs, params: LoopParams, wanted: ReadonlySet<string>): Outputs
  /** Returns the label shown next to the index, such as t of a sampler. Must not read tensors. */
  label?(state: State, index: number, inputs: Inputs): string
  /** Returns the loss of the last iteration, which is read asynchronously. */
  loss?(state: State): Value | undefined
  /**
   * Returns the losses of all iterations so far, in pieces. Reported when a run has ended or was
   * stopped.
   */
  losses?(state: State): readonly Tensor[]
  /** Returns the weights of a state, which have to stay finite. */
  weights?(state: State): readonly Tensor[]
  /**
   * Marks a training: gradients reach only the each output `model`, on which the loss has to
   * depend.
   */
  trains?: true
  /**
   * Leaves the index out of the random keys: each iteration draws what its nodes would draw outside
   * the loop.
   */
  samePath?: true
  /**
   * Each outputs whose timesteps carry derivatives (`Times.tensor`). Only inputs that a node lists
   * as `differentiable` may read them.
   */
  differentiable?: readonly string[]
  /** Marks a sampling loop, which stores the states of multistep solvers. */
  samples?: true
  /**
   * Returns notices about the params of Start, with its wired inputs, and whether it runs inside
   * another loop.
   */
  notices?(start: Params, where: LoopPlace): MessageText[]
  /** Returns the number of iterations after which `again` is read back; default 1. */
  againEvery?(params: LoopParams): number
  /**
   * Returns the number of iterations between emissions of the done outputs; the first ones come
   * earlier. 0 or undefined for none.
   */
  emitEvery?(params: LoopParams): number
}

/**
 * Computes the next inputs of an iteration from each outputs. May be called several times, with the
 * same random numbers: the first call computes all next inputs, and its values are observed; a
 * further one those in `wanted`. Arguments and results live until the iteration ends.
 */
export interface LoopBody<Next = Inputs> {
  (each: Outputs, wanted?: readonly string[]): Next
  /** Returns the names of all next inputs, in a script by a further run of the body. */
  wired(each: Outputs): ReadonlySet<string>
}

export interface LoopPlace {
  wired: ReadonlySet<string>
  isNested: boolean
}

export interface LoopParams {
  start: Params
  end: Params
}

export interface StartOp extends Declaration {
  role: 'start'
  loop: LoopEnds
  behaviour: LoopBehaviour
  /** Computes the static each outputs, over all iterations, from the static start inputs. */
  staticOutputs?: (known: never, wired: ReadonlySet<string>) => StaticValues
}

export interface EndOp extends Declaration {
  role: 'end'
  loop: LoopEnds
  /** Computes the static done outputs from the static inputs of Start. */
  staticOutputs?: (known: never) => StaticValues
}

export type Op = RunOp | ExpandOp | ObserverOp | OutputOp | NoteOp | StartOp | EndOp

/** All node types by name. */
export type Ops = ReadonlyMap<string, Op>

/** The node type of a checked graph. */
export function getOp(ops: Ops, type: string): Op {
  const op = ops.get(type)
  if (!op) throw new Error(`No node type ${type}.`)
  return op
}

/** Returns the behaviour of a loop, by its Start. */
export const loopBehaviour = (ops: Ops, { op }: { op: string }): LoopBehaviour =>
  (ops.get(op) as StartOp).behaviour

export const opTable = (ops: readonly Op[]): Ops => new Map(ops.map((op) => [op.type, op]))

/** Data properties of a declaration. */
const DECLARED = [
  'type',
  'version',
  'title',
  'category',
  'summary',
  'aliases',
  'equation',
  'source',
  'inputs',
  'outputs',
  'params',
  'role',
  'expands',
  'opens',
  'loop',
  'room',
  'reroute',
] as const satisfies readonly (keyof Op)[]

/** Returns the declaration without its functions, for drawing and checking. */
export const toDeclaration = (op: Op): Declaration =>
  JSON.parse(
    JSON.stringify(Object.fromEntries(DECLARED.map((name) => [name, op[name]]))),
  ) as Declaration
