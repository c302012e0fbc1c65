// What the plan knows of a node: its slots, its params and how it runs. Declarations (src/nodes/define.ts) are these.
import type { Random } from '../random.ts'
import type { Tensor } from '../tf.ts'
import type { PredictionType, ScheduleValue, SlotType, Timestep, Timesteps, Value } from '../values.ts'
import type { Expansion } from './graph.ts'
import type { View } from './view.ts'

/**
 * Whether a param means something, while the others have the values that `valueOf` gives. What hangs on one that means nothing
 * means nothing either.
 */
export function isMeant(params: Record<string, Param>, name: string, valueOf: (param: string) => unknown): boolean {
  const when = params[name]?.when
  return !when || ([when.is].flat().includes(valueOf(when.param) as string) && isMeant(params, when.param, valueOf))
}

/** What an input takes: slot types, or anything. */
export type Accepts = readonly SlotType[] | 'any'

export interface InputSlot {
  accepts: Accepts
  about: string
  optional?: true
  /** As many as are wired: `name_1`, `name_2`, ... */
  many?: true
}

export interface OutputSlot {
  /** A slot type; or the type of what is wired to an input, by that input's name. */
  type: SlotType | { like: string }
  about: string
  /** One for each wired `name_i` of the many-input of this name. */
  many?: true
}

export type Param = ParamKind & {
  /** Rarely changed: not on the node but in the panel, unless it was changed. */
  advanced?: true
  /** Means something only while another param has this value, or one of these. */
  when?: { param: string; is: string | readonly string[] }
  /** Has no effect while this input is wired. */
  unless?: string
  /** Of a number: what it is called in the equation of the node, in LaTeX. */
  symbol?: string
}

type ParamKind =
  | { kind: 'number'; default: number; min: number; max: number; step: number; integer: boolean; slider: boolean; about: string }
  /** `each`: what is to be said of the choices one by one. */
  | { kind: 'choice'; default: string; choices: readonly string[]; about: string; each?: Readonly<Record<string, string>> }
  | { kind: 'boolean'; default: boolean; about: string }
  | { kind: 'text'; default: string; multiline: boolean; about: string }
  /** A seed: an integer in [0, 2^32); new nodes get one not yet used in the graph. */
  | { kind: 'seed'; default: number; about: string }
  /** Points drawn by hand, `[[x, y], ...]`, coordinates about in [-2, 2]. */
  | { kind: 'drawing'; default: readonly (readonly [number, number])[]; about: string }
  /** A stored checkpoint: its name, size in bytes and SHA-256, so that a file says which it means. */
  | { kind: 'checkpoint'; default: KeptFile | null; about: string }
  /** A data set that was made from the user's own files, named in the same way. */
  | { kind: 'dataset'; default: KeptFile | null; about: string }

/** Which file of those that are kept: found by the SHA-256 of its bytes; `size` in bytes. */
export interface KeptFile {
  name: string
  size: number
  sha256: string
}

/** What a start and an end have in common. */
export interface LoopEnds {
  /** The type of the other half. */
  other: string
  /** Which next input feeds which each output. */
  carries: Record<string, string>
  /** It is a training. */
  trains?: true
}

/** The part of a declaration that is data: enough to draw, explain and check a node, but not to run it. */
export interface Declaration {
  /** Permanent identity, `diffusion/ForwardNoise`. */
  type: string
  /** Rises when the same inputs and params give other results; part of the cache key. */
  version: number
  title: string
  category: string
  summary: string
  equation?: string
  source?: string
  inputs: Record<string, InputSlot>
  outputs: Record<string, OutputSlot>
  params: Record<string, Param>
  role: 'node' | 'output' | 'observer' | 'start' | 'end' | 'note'
  /** Stands for a graph of others, and can be opened. */
  expands?: true
  loop?: LoopEnds
  room?: ViewRoom
  /** It is only a place that a wire goes by: graphs mean the same without it, and leave it out. */
  reroute?: true
}

/** Declarations by their types. */
export type ByType = ReadonlyMap<string, Declaration>

/** The room that a new node has for what it shows, in pixels; it can be resized. Observers and nodes that `show` have some. */
export interface ViewRoom {
  width: number
  height: number
}

export interface RunContext {
  /** Randomness keyed by the node's seed, the iterations of the zones it runs in and the draw number. */
  random: Random
  /** What `prepare` gave for this node. */
  prepared: unknown
}

export type Inputs = Record<string, Value | undefined>
export type Outputs = Record<string, Value>
export type Params = Record<string, unknown>

/** A bounded, synchronous, pure piece of work. Its tensors are tidied: only what it returns stays. */
export interface RunOp extends Declaration {
  role: 'node'
  run: (inputs: never, params: never, context: RunContext) => Outputs
  /** Work at the border before a run: decode a data set, load weights. `key` stands for the content in cache keys. */
  prepare?: (params: never, assets: Assets) => Promise<{ key: string; data: unknown }>
  /** For a multistep solver: `run` takes and returns a state that lives in the innermost sampling zone. */
  stateful?: true
  /** Notices about params, wiring and what is known of the inputs that no rule of the plan knows. */
  notices?: (params: never, wired: ReadonlySet<string>, known: never) => string[]
  /** Throws NodeError, before anything runs, for params that do not go together, or not with what is known of the inputs. */
  check?: (params: never, known: never) => void
  /** `run` makes schedules and lists out of nothing else, without chance: it is cheap, and done before a run too. */
  plain?: true
  /**
   * Of a node that is not plain: what is known of its outputs before a run, from what is known of its inputs. `prepared` is
   * what `prepare` gave: undefined until it has been waited for, after which the graph is checked again.
   */
  foresees?: (params: never, known: never, prepared: unknown) => KnownSlots
  /**
   * What the node shows of what it made, outside of loops: plain data of the outputs, no reading of tensors. Needs `room`.
   * Outputs that nothing is wired to may be missing.
   */
  show?: (outputs: never) => View | undefined
  /** True where the result depends on how many steps a training zone will make in all (a learning rate that decays to its end). */
  needsTotalSteps?: (params: never) => boolean
}

/** What a model or a prediction stands for, and whether it says a variance too. */
export interface Said {
  type: 'model' | 'prediction'
  predicts: PredictionType
  variance: boolean
  /** Cannot be asked where x_t is nothing but noise, whatever it predicts. */
  needsSignal?: true
}

/** What can be known of a value before a run: a schedule, a list, all the timesteps that will come, what a model predicts. */
export type Known = Said | ScheduleValue | Timestep | Timesteps

/** By slot; what is not known is missing. */
export type KnownSlots = Record<string, Known | undefined>

/** A node that stands for a graph of others. */
export interface ExpandOp extends Declaration {
  role: 'node'
  expands: true
  expand: (params: never, wired: ReadonlySet<string>) => Expansion
}

/** One line that grew while a loop ran: the value of one slot at every iteration. */
export interface Series {
  slot: string
  x: Float64Array
  y: Float64Array
}

/** Losses of single items that came while a loop ran: the last 50,000 of one slot, the oldest first. */
export interface CollectedItems {
  slot: string
  t: Float64Array
  losses: Float64Array
}

export interface ObserverContext {
  /** Iteration of the innermost zone, or of the training zone that emits; undefined outside of loops. */
  index: number | undefined
  /** What the zone calls the iteration: "t = 412". */
  label: string | undefined
  /** Of a collecting observer: this run's lines, and those of earlier runs, newest first. */
  series: Series[]
  earlier: Series[][]
  /** A line that was read as a whole: with another computation it is one of the earlier ones, as collected lines are. */
  keep: (line: Series) => void
  /** Of a collecting observer: losses of single items. */
  items: CollectedItems[]
}

/** Shows values without changing anything. May hang on values of a loop's body. */
export interface ObserverOp extends Declaration {
  role: 'observer'
  /** Scalars and losses of items wired to the many-input of this name are collected at every iteration, none left out. */
  collects?: string
  /** Reads what it needs (asynchronously) and says what to draw; plain data, no tensors. */
  view: (inputs: never, params: never, context: ObserverContext) => Promise<View>
}

/** Makes files, at the end of a run only. */
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
}

/** Where nodes get what is not in the graph. */
export interface Assets {
  /** The bytes of a checkpoint by its SHA-256, or undefined if it is not here. */
  checkpoint(sha256: string): Promise<Uint8Array | undefined>
  /** The bytes of a data set by its SHA-256, or undefined if it is not here. */
  dataset(sha256: string): Promise<Uint8Array | undefined>
  /** The bytes of a file that comes with the product, unpacked. Throws NodeError, saying where it should be. */
  shipped(name: ShippedFile): Promise<Uint8Array>
}

/** Data sets that come with the product: one of its own format, and MNIST's four files as their makers named them. */
export type ShippedFile = 'digits' | `${'train' | 't10k'}-${'images-idx3' | 'labels-idx1'}-ubyte`

/**
 * How a zone runs. The state is a value: plain data with tensors at its leaves, never changed in place. So a snapshot
 * is a reference, a stop keeps what was reached, and a continued run is the same as one that never stopped.
 */
export interface LoopBehaviour<State = unknown> {
  /** Params of Start or End that say how far to go, or by which way to the same bits, not what is computed: left out of the cache key. */
  extents: readonly string[]
  /** How many iterations at most. Where End has a next input `again` and it is wired, a value <= 0 there ends the loop. */
  iterations(inputs: Inputs, params: LoopParams): number
  /** The index of the first iteration, where it is not 0: a training that goes on from a file. */
  first?(inputs: Inputs): number
  /** The state before the first iteration; for a continued run it is a stored state instead. */
  begin(inputs: Inputs, params: LoopParams, context: RunContext): State
  /** The each outputs of iteration `index`. */
  each(state: State, index: number, inputs: Inputs, params: LoopParams, context: RunContext): Outputs
  /** The state after iteration `index`, from the next inputs. Not called where there is `around`. */
  advance?(state: State, next: Inputs, index: number, inputs: Inputs, params: LoopParams): State
  /** Runs the whole iteration itself: `body` gives the next inputs for each outputs, synchronously (under the tape). */
  around?(state: State, each: Outputs, body: (each: Outputs) => Inputs, index: number, inputs: Inputs, params: LoopParams): State
  /** The state with what the next iteration needs of it on the CPU read back from the device; waited for between iterations. */
  settle?(state: State): Promise<State> | undefined
  /** Whether a state is the last, whatever `iterations` says. */
  ended?(state: State): boolean
  /** The done outputs of a state; `wanted` are those that something is wired to. */
  done(state: State, inputs: Inputs, params: LoopParams, wanted: ReadonlySet<string>): Outputs
  /** The number shown as progress beside the index (t of a sampler); plain, no reading back. */
  label?(state: State, index: number, inputs: Inputs): string
  /** The loss of the last iteration, to be read asynchronously. */
  loss?(state: State): Value | undefined
  /** The losses of all iterations so far, in pieces; told once a run has come to its end or was stopped. */
  losses?(state: State): readonly Tensor[]
  /** True for a training zone: gradients only with respect to the each `model`, which the loss has to reach. */
  trains?: true
  /** True for a sampling zone: holds the state of multistep solvers. */
  samples?: true
  /** Notices about the params of Start. */
  notices?(start: Params): string[]
  /** Emit the done outputs every so many iterations, and some times early in a run; 0 or undefined: never. */
  emitEvery?(params: LoopParams): number
}

export interface LoopParams {
  start: Params
  end: Params
}

export interface StartOp extends Declaration {
  role: 'start'
  loop: LoopEnds
  behaviour: LoopBehaviour
  /** What is known of the each outputs before a run, over all iterations, from what is known of the start inputs. */
  foresees?: (known: never, wired: ReadonlySet<string>) => KnownSlots
}

export interface EndOp extends Declaration {
  role: 'end'
  loop: LoopEnds
  /** What is known of the done outputs before a run, from what is known of the inputs of Start. */
  foresees?: (known: never) => KnownSlots
}

export type Op = RunOp | ExpandOp | ObserverOp | OutputOp | NoteOp | StartOp | EndOp

/** All nodes there are, by type. */
export type Ops = ReadonlyMap<string, Op>

/** What a loop does, by its Start. */
export const behaviourOf = (ops: Ops, { op }: { op: string }): LoopBehaviour => (ops.get(op) as StartOp).behaviour

export const opTable = (ops: readonly Op[]): Ops => new Map(ops.map((op) => [op.type, op]))

/** What a declaration says, apart from its functions. */
const DECLARED = [
  'type',
  'version',
  'title',
  'category',
  'summary',
  'equation',
  'source',
  'inputs',
  'outputs',
  'params',
  'role',
  'expands',
  'loop',
  'room',
  'reroute',
] as const satisfies readonly (keyof Op)[]

/** The declaration without its functions, for the side that only draws and checks. */
export const declarationOf = (op: Op): Declaration =>
  JSON.parse(JSON.stringify(Object.fromEntries(DECLARED.map((name) => [name, op[name]])))) as Declaration
