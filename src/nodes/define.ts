// The declaration language: a node is one `defineNode`, a loop is one `defineLoop`. Slots, widgets, help, checks, the
// node reference and the types of `run` all follow from it.
import type {
  Accepts,
  Assets,
  EndOp,
  ExpandOp,
  InputSlot,
  Known,
  LoopBehaviour,
  NoteOp,
  ObserverContext,
  ObserverOp,
  OutputFile,
  OutputOp,
  OutputSlot,
  Outputs,
  Param,
  RunContext,
  RunOp,
  Said,
  StartOp,
  ViewRoom,
} from '../engine/plan/op.ts'
import type { Expansion } from '../engine/plan/graph.ts'
import type { View } from '../engine/plan/view.ts'
import { mapValues } from '../engine/records.ts'
import type { Model, Prediction, SlotType, SlotValues, Value } from '../engine/values.ts'
import { titleOf } from './titles.ts'

// ---- slots

/** A slot as written in a declaration: what it takes as an input, what it gives as an output. */
export interface Slot<In = unknown, Out = unknown> {
  accepts: Accepts
  type: SlotType | { like: string }
  about: string
  optional?: true
  many?: true
  /** Only for the types; never present. */
  readonly value?: { in: In; out: Out }
}

const slotOf =
  <In extends SlotType, Out extends SlotType>(accepts: readonly In[], type: Out) =>
  (about = ''): Slot<SlotValues[In], SlotValues[Out]> => ({ accepts, type, about })

export const samples = slotOf(['samples', 'noise'], 'samples')
export const noise = slotOf(['noise', 'samples'], 'noise')
export const prediction = slotOf(['prediction'], 'prediction')
export const timestep = slotOf(['timestep'], 'timestep')
export const timesteps = slotOf(['timesteps'], 'timesteps')
export const schedule = slotOf(['schedule'], 'schedule')
export const model = slotOf(['model'], 'model')
export const labels = slotOf(['labels'], 'labels')
export const condition = slotOf(['condition', 'labels', 'timestep', 'samples', 'noise'], 'condition')
export const loss = slotOf(['loss', 'number'], 'loss')
export const losses = slotOf(['losses'], 'losses')
export const weights = slotOf(['weights'], 'weights')
export const record = slotOf(['record'], 'record')
export const number = slotOf(['number', 'loss'], 'number')
export const dataset = slotOf(['dataset'], 'dataset')
export const attention = slotOf(['attention'], 'attention')
export const logits = slotOf(['logits'], 'logits')
export const optimizer = slotOf(['optimizer'], 'optimizer')
export const ema = slotOf(['ema'], 'ema')
export const trajectory = slotOf(['trajectory'], 'trajectory')
export const history = slotOf(['history'], 'history')
export const training = slotOf(['training'], 'training')

/** Takes several types; as an output it gives the first. */
export const oneOf = <T extends SlotType>(types: readonly T[], about = ''): Slot<SlotValues[T], SlotValues[T]> => ({
  accepts: types,
  type: types[0]!,
  about,
})

/** Takes anything. */
export const any = (about = ''): Slot<Value, Value> => ({ accepts: 'any', type: 'samples', about })

/** An output of the type of what is wired to `input`. */
export const like = (input: string, about = ''): Slot<Value, Value> => ({ accepts: 'any', type: { like: input }, about })

/** An input that may stay unwired. */
export const optional = <In, Out>(slot: Slot<In, Out>): Slot<In | undefined, Out> & { optional: true } => ({
  ...(slot as Slot<In | undefined, Out>),
  optional: true,
})

/** As many slots as are wired, `name_1`, `name_2`, ...; `run` gets and gives them by these names. */
export const many = <In, Out>(slot: Slot<In, Out>): Slot<In, Out> & { many: true } => ({ ...slot, many: true })

// ---- params

type Declared<P extends Param, T> = P & { readonly value?: T }
type ParamOf<K extends Param['kind']> = Extract<Param, { kind: K }>

interface Range {
  min?: number
  max?: number
  step?: number
  slider?: boolean
}

/** A real number. `step` is the smallest change that makes sense. */
export const real = (initial: number, range: Range, about: string): Declared<ParamOf<'number'>, number> => ({
  kind: 'number',
  default: initial,
  min: range.min ?? -1e9,
  max: range.max ?? 1e9,
  step: range.step ?? 0.01,
  integer: false,
  slider: range.slider ?? false,
  about,
})

export const integer = (initial: number, range: Range, about: string): Declared<ParamOf<'number'>, number> => ({
  kind: 'number',
  default: initial,
  min: range.min ?? 0,
  max: range.max ?? 1e9,
  step: range.step ?? 1,
  integer: true,
  slider: range.slider ?? false,
  about,
})

/** One of several names; the first is the default. Of many, `each` says when to take which. */
export const choice = <const C extends readonly string[]>(
  choices: C,
  about: string,
  each?: Readonly<Record<C[number], string>>,
): Declared<ParamOf<'choice'>, C[number]> => ({
  kind: 'choice',
  default: choices[0]!,
  choices,
  about,
  ...(each && { each }),
})

export const toggle = (initial: boolean, about: string): Declared<ParamOf<'boolean'>, boolean> => ({
  kind: 'boolean',
  default: initial,
  about,
})

export const text = (initial: string, about: string, multiline = false): Declared<ParamOf<'text'>, string> => ({
  kind: 'text',
  default: initial,
  multiline,
  about,
})

export const seed = (about = 'equal seeds draw equal numbers'): Declared<ParamOf<'seed'>, number> => ({
  kind: 'seed',
  default: 0,
  about,
})

/** Points drawn by hand on the node. */
export const drawing = (about: string): Declared<ParamOf<'drawing'>, readonly (readonly [number, number])[]> => ({
  kind: 'drawing',
  default: [],
  about,
})

/** A stored checkpoint. */
export const checkpoint = (about: string): Declared<ParamOf<'checkpoint'>, ParamOf<'checkpoint'>['default']> => ({
  kind: 'checkpoint',
  default: null,
  about,
})

/** A data set of the user's own, kept in the browser. */
export const ownDataset = (about: string): Declared<ParamOf<'dataset'>, ParamOf<'dataset'>['default']> => ({
  kind: 'dataset',
  default: null,
  about,
})

/** A param that is rarely changed: it does not take room on the node. */
export const advanced = <P extends Param>(param: P): P => ({ ...param, advanced: true })

/** A param that means something only while another one has a certain value, or one of several. */
export const when = <P extends Param>(param: string, is: string | readonly string[], then: P): P => ({
  ...then,
  when: { param, is },
})

/** A number that stands in the equation of the node, by its symbol there, in LaTeX. */
export const symbol = <P extends ParamOf<'number'>>(symbol: string, param: P): P => ({ ...param, symbol })

/** A param that has no effect while an input is wired. */
export const unless = <P extends Param>(input: string, then: P): P => ({ ...then, unless: input })

// ---- nodes

type Slots = Record<string, Slot>
type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

type InOf<S> = S extends Slot<infer In, unknown> ? In : never
type OutOf<S> = S extends Slot<unknown, infer Out> ? Out : never
type ManyKeys<S extends Slots> = { [K in keyof S]: S[K] extends { many: true } ? K : never }[keyof S]

/** What `run` gets: single slots by name, many-slots by `name_1`, ... */
export type RunInputs<I extends Slots> = { [K in Exclude<keyof I, ManyKeys<I>>]: InOf<I[K]> } & {
  [K in ManyKeys<I> & string as `${K}_${number}`]: InOf<I[K]> | undefined
}
export type RunOutputs<O extends Slots> = { [K in Exclude<keyof O, ManyKeys<O>>]: OutOf<O[K]> } & {
  [K in ManyKeys<O> & string as `${K}_${number}`]: OutOf<O[K]>
}
export type RunParams<P extends ParamSpecs> = {
  [K in keyof P]: P[K] extends { readonly value?: infer T } ? Exclude<T, undefined> : never
}

type KnownOf<V> = V extends Model | Prediction ? Said : V extends Known ? V : never
/** What is known before a run of what comes in, by slot: see `Known` of the plan. */
export type KnownInputs<I extends Slots> = { [K in keyof I]?: KnownOf<InOf<I[K]>> | undefined }
/** And of what goes out. */
export type KnownOutputs<O extends Slots> = { [K in keyof O]?: KnownOf<OutOf<O[K]>> | undefined }

interface Common<I extends Slots, O extends Slots, P extends ParamSpecs> {
  /** Permanent identity, `diffusion/ForwardNoise`: the term of the field, never renamed. */
  type: string
  /** Default 1; raise it when equal inputs and params give other results than before. */
  version?: number
  /** Default: the type in words. */
  title?: string
  category: Category
  /** One sentence: what it does. */
  summary: string
  /** LaTeX. */
  equation?: string
  /** Paper and equation. */
  source?: string
  inputs: I
  outputs: O
  params: P
}

export type Category =
  | 'process'
  | 'data'
  | 'model'
  | 'training'
  | 'sampling'
  | 'steps'
  | 'loops'
  | 'evaluate'
  | 'view'
  | 'files'
  | 'tools'
  | (string & {})

export interface RunNode<I extends Slots, O extends Slots, P extends ParamSpecs> extends Common<I, O, P> {
  /** `& Outputs` says nothing new; it keeps TypeScript from widening `type: 'samples'` to `string` in what `run` returns. */
  run: (inputs: RunInputs<I>, params: RunParams<P>, context: RunContext) => RunOutputs<O> & Outputs
  prepare?: (params: RunParams<P>, assets: Assets) => Promise<{ key: string; data: unknown }>
  stateful?: true
  notices?: (params: RunParams<P>, wired: ReadonlySet<string>, known: KnownInputs<I>) => string[]
  /** Throws NodeError, before anything runs, for params that do not go together, or not with what is known of the inputs. */
  check?: (params: RunParams<P>, known: KnownInputs<I>) => void
  /** `run` makes schedules and lists out of nothing else, without chance: it is cheap, and done before a run too. */
  plain?: true
  /**
   * Of a node that is not plain: what is known of its outputs before a run, from what is known of its inputs. `prepared` is
   * what `prepare` gave: undefined until it has been waited for, after which the graph is checked again.
   */
  foresees?: (params: RunParams<P>, known: KnownInputs<I>, prepared: unknown) => KnownOutputs<O>
  needsTotalSteps?: (params: RunParams<P>) => boolean
  /**
   * What the node shows of what it made, each time it is come by outside of loops: no reading of tensors. Outputs that
   * nothing is wired to may be missing.
   */
  show?: (outputs: { [K in keyof RunOutputs<O>]?: RunOutputs<O>[K] | undefined }) => View | undefined
  /** The room for what it shows, in pixels; a node that shows something needs it. */
  room?: ViewRoom
  /** It passes its only input on as it is, and is left out of what a graph means. */
  reroute?: true
}

export interface ExpandNode<I extends Slots, O extends Slots, P extends ParamSpecs> extends Common<I, O, P> {
  expand: (params: RunParams<P>, wired: ReadonlySet<string>) => Expansion
}

export interface ObserverNode<I extends Slots, P extends ParamSpecs> extends Common<I, {}, P> {
  /** What is wired to this many-input is collected at every iteration: numbers in `context.series`, losses of items in `context.items`. */
  collects?: string
  /** The room for its view on a new node, in pixels; 260 x 170 unless said. */
  room?: ViewRoom
  view: (inputs: RunInputs<I>, params: RunParams<P>, context: ObserverContext) => Promise<View>
}

export interface OutputNode<I extends Slots, P extends ParamSpecs> extends Common<I, {}, P> {
  files: (inputs: RunInputs<I>, params: RunParams<P>) => Promise<OutputFile[]>
}

export function defineNode<I extends Slots, O extends Slots, P extends ParamSpecs>(node: RunNode<I, O, P>): RunOp
export function defineNode<I extends Slots, O extends Slots, P extends ParamSpecs>(node: ExpandNode<I, O, P>): ExpandOp
export function defineNode<I extends Slots, P extends ParamSpecs>(node: ObserverNode<I, P>): ObserverOp
export function defineNode<I extends Slots, P extends ParamSpecs>(node: OutputNode<I, P>): OutputOp
export function defineNode<P extends ParamSpecs>(node: Common<{}, {}, P> & { note: true }): NoteOp
export function defineNode(node: Common<Slots, Slots, ParamSpecs> & object): RunOp | ExpandOp | ObserverOp | OutputOp | NoteOp {
  const role = 'view' in node ? 'observer' : 'files' in node ? 'output' : 'note' in node ? 'note' : 'node'
  return { ...node, ...commonOf(node), role, ...('expand' in node && { expands: true }) } as never
}

/** Both ends of a loop. */
export interface LoopSpec<
  S extends Slots,
  E extends Slots,
  N extends Slots,
  D extends Slots,
  SP extends ParamSpecs,
  EP extends ParamSpecs,
  State,
> {
  /** `foresees`: what is known of the each outputs before a run, over all iterations. */
  start: Omit<Common<S, E, SP>, 'outputs'> & {
    each: E
    foresees?: (known: KnownInputs<S>, wired: ReadonlySet<string>) => KnownOutputs<E>
  }
  /** `foresees`: of the done outputs, from what is known of the inputs of Start. */
  end: Omit<Common<N, D, EP>, 'inputs' | 'outputs'> & { next: N; done: D; foresees?: (known: KnownInputs<S>) => KnownOutputs<D> }
  /** Which next input feeds which each output: `{ x_prev: 'x_t' }`. */
  carries: { [K in keyof N & string]?: keyof E & string }
  behaviour: LoopBehaviour<State>
}

/** A loop of your own: returns its Start and its End, both to be put in the node table. */
export function defineLoop<
  S extends Slots,
  E extends Slots,
  N extends Slots,
  D extends Slots,
  SP extends ParamSpecs,
  EP extends ParamSpecs,
  State,
>({ start, end, carries, behaviour }: LoopSpec<S, E, N, D, SP, EP, State>): [StartOp, EndOp] {
  const { each, ...startRest } = start
  const { next, done, ...endRest } = end
  const ends = { carries: carries as Record<string, string>, ...(behaviour.trains && { trains: behaviour.trains }) }
  return [
    {
      ...withSlot(commonOf({ ...startRest, outputs: each }), 'outputs', { type: 'loop', about: 'to its End' }),
      role: 'start',
      loop: { other: end.type, ...ends },
      behaviour: behaviour as LoopBehaviour<unknown>,
      ...(start.foresees && { foresees: start.foresees as StartOp['foresees'] }),
    },
    {
      ...withSlot(commonOf({ ...endRest, inputs: next, outputs: done }), 'inputs', {
        accepts: ['loop'],
        about: 'from its Start',
      }),
      role: 'end',
      loop: { other: start.type, ...ends },
      ...(end.foresees && { foresees: end.foresees as EndOp['foresees'] }),
    },
  ]
}

/** The wire that joins the two ends of a loop comes first. */
const withSlot = <C, K extends keyof C>(common: C, side: K, loop: unknown): C => ({
  ...common,
  [side]: { loop, ...common[side] },
})

function commonOf({ inputs, outputs, ...rest }: Common<Slots, Slots, ParamSpecs>) {
  return {
    type: rest.type,
    version: rest.version ?? 1,
    title: rest.title ?? titleOf(rest.type),
    category: rest.category,
    summary: rest.summary,
    ...(rest.equation && { equation: rest.equation }),
    ...(rest.source && { source: rest.source }),
    params: rest.params as Record<string, Param>,
    inputs: mapValues(inputs, ({ accepts, about, optional, many }): InputSlot => ({
      accepts,
      about,
      ...(optional && { optional }),
      ...(many && { many }),
    })),
    outputs: mapValues(outputs, ({ type, about, many }): OutputSlot => ({ type, about, ...(many && { many }) })),
  }
}
