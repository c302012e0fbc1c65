// Declarations: `defineNode` for a node, `defineLoop` for both ends of a loop. Slots, widgets, help,
// checks, the node reference and the types of `run` are derived from them.
import type { MessageText } from '../engine/base/catalogue.ts'
import type {
  Assets,
  EndOp,
  ExpandOp,
  InputSlot,
  StaticValue,
  LoopBehaviour,
  LoopBody,
  LoopPlace,
  NodeContext,
  NoteOp,
  ObserverContext,
  ObserverOp,
  OutputFile,
  OutputOp,
  OutputSlot,
  Outputs,
  Param,
  Params,
  RunContext,
  RunOp,
  StaticDataset,
  StaticNumber,
  StaticPrediction,
  StartOp,
  ViewRoom,
  WiredTypes,
} from '../engine/plan/op.ts'
import type { Expansion } from '../engine/plan/graph.ts'
import type { View } from '../engine/base/view.ts'
import { mapEntries } from '../engine/base/records.ts'
import type { Scalar, Tensor } from '../engine/base/tf.ts'
import type { NumberValue, Prediction } from '../engine/base/values.ts'
import type { Dataset } from '../engine/datasets/dataset.ts'
import type { Model } from '../engine/models/model.ts'
import { withNodeFaults } from './engineFaults.ts'
import type { ParamSpecs, RunParams } from './define/params.ts'
import type { Slot } from './define/slots.ts'
import { typeTitle } from '../workflow/titles.ts'

export { configSchema } from './define/configSchema.ts'
export * as param from './define/params.ts'
export * as slot from './define/slots.ts'
export type { ParamSpecs, RunParams } from './define/params.ts'
export type { Slot } from './define/slots.ts'
export { defineModel } from '../engine/models/kinds/defined/definition.ts'
export type {
  ConditionParts,
  ConfigSchema,
  LayersDefinition,
  ModelDefinition,
  OwnModelOptions,
  OwnRun,
  OwnWeight,
  RunDefinition,
} from '../engine/models/kinds/defined/definition.ts'
export type { LayerBuilder } from '../engine/models/graph/builder.ts'
export type { Feature, Layer, LayerGraph } from '../engine/models/graph/layer.ts'
export type { FeatureShape, WeightLayout, WeightStart } from '../engine/models/graph/layerOp.ts'
export type { ConditionSpec } from '../engine/models/condition.ts'

type Slots = Record<string, Slot>

type SlotInput<S> = S extends Slot<infer In, unknown> ? In : never
type SlotOutput<S> = S extends Slot<unknown, infer Out> ? Out : never
type ManyKeys<S extends Slots> = {
  [K in keyof S]: S[K] extends { many: true } ? K : never
}[keyof S]

type MoreKeys<S extends Slots> = {
  [K in keyof S]: S[K] extends { more: unknown } ? K : never
}[keyof S]

/**
 * Inputs of `run`: single slots by name, those of a many-slot by `name_1`, `name_2`, ..., further
 * ones of a slot by `name_2`, `name_3`, ...
 */
export type RunInputs<I extends Slots> = {
  [K in Exclude<keyof I, ManyKeys<I>>]: SlotInput<I[K]>
} & {
  [K in (ManyKeys<I> | MoreKeys<I>) & string as `${K}_${number}`]: SlotInput<I[K]> | undefined
}
export type RunOutputs<O extends Slots> = {
  [K in Exclude<keyof O, ManyKeys<O>>]: SlotOutput<O[K]>
} & {
  [K in ManyKeys<O> & string as `${K}_${number}`]: SlotOutput<O[K]>
}

type StaticPart<V> = V extends Model | Prediction
  ? StaticPrediction
  : V extends NumberValue
    ? StaticNumber
    : V extends Dataset
      ? StaticDataset
      : V extends StaticValue
        ? V
        : never
/** Static values of the inputs by slot, known before a run: see `StaticValue` in plan/op.ts. */
export type StaticInputs<I extends Slots> = {
  [K in keyof I]?: StaticPart<SlotInput<I[K]>> | undefined
}
/** Static values of the outputs by slot. */
export type StaticOutputs<O extends Slots> = {
  [K in keyof O]?: StaticPart<SlotOutput<O[K]>> | undefined
}

interface NodeFields<I extends Slots, O extends Slots, P extends ParamSpecs> {
  /** Permanent identity, `diffusion/ForwardNoise`: the standard term, never renamed. */
  type: string
  /** Default 1. Increase it when the same inputs and params start to produce other results. */
  version?: number
  /** Default: derived from the type. */
  title?: string
  category: Category
  /** One sentence that states what the node computes. */
  summary: string
  /** Words of other tools and of papers for this node, by which the search finds it. */
  aliases?: readonly string[]
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
  | 'layers'
  | 'training'
  | 'sampling'
  | 'steps'
  | 'loops'
  | 'evaluate'
  | 'view'
  | 'files'
  | 'tools'
  | (string & {})

export interface RunNode<I extends Slots, O extends Slots, P extends ParamSpecs> extends NodeFields<
  I,
  O,
  P
> {
  /**
   * `& Outputs` is redundant, but keeps TypeScript from widening `type: 'samples'` to `string` in
   * the object that `run` returns.
   */
  run: (inputs: RunInputs<I>, params: RunParams<P>, context: NodeContext) => RunOutputs<O> & Outputs
  prepare?: (params: RunParams<P>, assets: Assets) => Promise<{ key: string; data: unknown }>
  reads?: (inputs: RunInputs<I>, params: RunParams<P>) => readonly Tensor[]
  readsKnown?: true
  stateful?: true
  /** Makes a network of layers, as its output `model`, which users can open. */
  opens?: true
  notices?: (
    params: RunParams<P>,
    wired: ReadonlySet<string>,
    known: StaticInputs<I>,
  ) => MessageText[]
  /**
   * Throws NodeError before a run if params do not fit together, or do not fit the static inputs or
   * the types of the wired inputs.
   */
  check?: (params: RunParams<P>, known: StaticInputs<I>, wired: WiredTypes) => void
  /**
   * `run` computes schedules and lists from its inputs alone, without randomness. It is cheap, and
   * also runs before a run.
   */
  plain?: true
  /**
   * For a node that is not plain: its static outputs, from its static inputs. `prepared` is the
   * result of `prepare`, or undefined until that has resolved; the graph is checked again then.
   * `wired` are the wired inputs, of which some may not be static.
   */
  staticOutputs?: (
    params: RunParams<P>,
    known: StaticInputs<I>,
    prepared: unknown,
    wired: ReadonlySet<string>,
  ) => StaticOutputs<O>
  /** Returns the params as they count for cache keys. Default: unchanged. */
  keyParams?: (params: RunParams<P>) => Params
  needsTotalSteps?: (params: RunParams<P>) => boolean
  /** Inputs whose timesteps may carry derivatives: see `RunOp` in plan/op.ts. */
  differentiable?: readonly (keyof I & string)[]
  /**
   * Builds a view from the outputs, outside loops only. Must not read tensors. Outputs that nothing
   * is wired to may be missing.
   */
  show?: (outputs: { [K in keyof RunOutputs<O>]?: RunOutputs<O>[K] | undefined }) =>
    | View
    | undefined
  /** Initial size of the view in pixels. Required if there is `show`. */
  room?: ViewRoom
  /** Passes its only input on unchanged. Graphs leave the node out. */
  reroute?: true
}

export interface ExpandNode<
  I extends Slots,
  O extends Slots,
  P extends ParamSpecs,
> extends NodeFields<I, O, P> {
  expand: (params: RunParams<P>, wired: ReadonlySet<string>) => Expansion
}

export interface ObserverNode<I extends Slots, P extends ParamSpecs> extends NodeFields<I, {}, P> {
  /**
   * Collects the values wired to this many-input at every iteration: numbers in `context.series`,
   * losses of items in `context.items`.
   */
  collects?: string
  /** Initial size of the view in pixels; 260 x 170 by default. */
  room?: ViewRoom
  view: (inputs: RunInputs<I>, params: RunParams<P>, context: ObserverContext) => Promise<View>
}

/** An observer whose numbers are outputs as well. */
export interface MetricNode<
  I extends Slots,
  O extends Slots,
  P extends ParamSpecs,
> extends NodeFields<I, O, P> {
  room?: ViewRoom
  measure: (
    inputs: RunInputs<I>,
    params: RunParams<P>,
  ) => Promise<{ numbers: { [K in keyof O]?: number }; view: View }>
  onDevice?: { [K in keyof O]?: (inputs: RunInputs<I>, params: RunParams<P>) => Scalar }
}

export interface OutputNode<I extends Slots, P extends ParamSpecs> extends NodeFields<I, {}, P> {
  files: (inputs: RunInputs<I>, params: RunParams<P>) => Promise<OutputFile[]>
}

export function defineNode<I extends Slots, O extends Slots, P extends ParamSpecs>(
  node: RunNode<I, O, P>,
): RunOp
export function defineNode<I extends Slots, O extends Slots, P extends ParamSpecs>(
  node: ExpandNode<I, O, P>,
): ExpandOp
export function defineNode<I extends Slots, P extends ParamSpecs>(
  node: ObserverNode<I, P>,
): ObserverOp
export function defineNode<I extends Slots, O extends Slots, P extends ParamSpecs>(
  node: MetricNode<I, O, P>,
): ObserverOp
export function defineNode<I extends Slots, P extends ParamSpecs>(node: OutputNode<I, P>): OutputOp
export function defineNode<P extends ParamSpecs>(
  node: NodeFields<{}, {}, P> & { note: true },
): NoteOp
export function defineNode(
  node: NodeFields<Slots, Slots, ParamSpecs> & object,
): RunOp | ExpandOp | ObserverOp | OutputOp | NoteOp {
  const role =
    'view' in node || 'measure' in node
      ? 'observer'
      : 'files' in node
        ? 'output'
        : 'note' in node
          ? 'note'
          : 'node'
  const own = withNodeFaults(node, [node])
  const { measure, onDevice } = own as Pick<ObserverOp, 'measure' | 'onDevice'>
  return {
    ...own,
    ...(onDevice && { onDevice: withNodeFaults(onDevice, [node]) }),
    ...(measure && {
      view: async (inputs: never, params: never) => (await measure(inputs, params)).view,
    }),
    ...toDeclarationFields(node),
    role,
    ...('expand' in node && { expands: true }),
  } as never
}

// ---- loops

type OptionalOutputs<O extends Slots> = {
  [K in keyof RunOutputs<O>]?: RunOutputs<O>[K]
} & Outputs

/** The params of both ends of a loop. */
export interface LoopRunParams<SP extends ParamSpecs, EP extends ParamSpecs> {
  start: RunParams<SP>
  end: RunParams<EP>
}

/**
 * Behaviour of a loop: `LoopBehaviour` with the types of the declaration. TypeScript infers the
 * type of the state from `begin`, so `begin` precedes all functions that receive the state.
 */
export interface LoopRun<
  S extends Slots,
  E extends Slots,
  N extends Slots,
  D extends Slots,
  SP extends ParamSpecs,
  EP extends ParamSpecs,
  State,
> extends Pick<
  LoopBehaviour<State>,
  | 'settle'
  | 'waits'
  | 'ended'
  | 'loss'
  | 'losses'
  | 'weights'
  | 'trains'
  | 'samples'
  | 'samePath'
  | 'differentiable'
> {
  /** See {@link LoopBehaviour} for this and all other members. */
  extents: readonly ((keyof SP | keyof EP) & string)[]
  iterations(inputs: RunInputs<S>, params: LoopRunParams<SP, EP>): number
  planned?(
    known: StaticInputs<S>,
    params: LoopRunParams<SP, EP>,
    wired: ReadonlySet<string>,
  ): number | undefined
  first?(inputs: RunInputs<S>): number
  notices?(start: RunParams<SP>, where: LoopPlace): MessageText[]
  emitEvery?(params: LoopRunParams<SP, EP>): number
  againEvery?(params: LoopRunParams<SP, EP>): number
  begin(inputs: RunInputs<S>, params: LoopRunParams<SP, EP>, context: RunContext): State
  /** Outputs without a value may be missing, as the labels of unlabelled data. */
  each(
    state: State,
    index: number,
    inputs: RunInputs<S>,
    params: LoopRunParams<SP, EP>,
    context: RunContext,
    wanted: ReadonlySet<string>,
  ): OptionalOutputs<E>
  advance?(
    state: State,
    next: RunInputs<N>,
    index: number,
    inputs: RunInputs<S>,
    params: LoopRunParams<SP, EP>,
  ): State
  around?(
    state: State,
    each: Outputs,
    body: LoopBody<RunInputs<N>>,
    index: number,
    inputs: RunInputs<S>,
    params: LoopRunParams<SP, EP>,
    observed: ReadonlySet<string>,
  ): State
  done(
    state: State,
    inputs: RunInputs<S>,
    params: LoopRunParams<SP, EP>,
    wanted: ReadonlySet<string>,
  ): OptionalOutputs<D>
  label?(state: State, index: number, inputs: RunInputs<S>): string
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
  /** `staticOutputs`: the static each outputs, over all iterations. */
  start: Omit<NodeFields<S, E, SP>, 'outputs'> & {
    each: E
    staticOutputs?: (known: StaticInputs<S>, wired: ReadonlySet<string>) => StaticOutputs<E>
  }
  /** `staticOutputs`: the static done outputs, from the static inputs of Start. */
  end: Omit<NodeFields<N, D, EP>, 'inputs' | 'outputs'> & {
    next: N
    done: D
    staticOutputs?: (known: StaticInputs<S>) => StaticOutputs<D>
  }
  /** Maps next inputs to the each outputs they feed: `{ x_prev: 'x_t' }`. */
  carries: { [K in keyof N & string]?: keyof E & string }
  behaviour: LoopRun<S, E, N, D, SP, EP, State>
}

/** Returns the Start and the End of a loop. Both belong in the node table. */
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
  const places = [
    { inputs: start.inputs, params: start.params },
    { inputs: next, params: end.params },
  ]
  const ends = {
    carries: carries as Record<string, string>,
    ...(behaviour.trains && { trains: behaviour.trains }),
  }
  return [
    {
      ...addLoopSlot(toDeclarationFields({ ...startRest, outputs: each }), 'outputs', {
        type: 'loop',
        about: 'To the End of the loop',
      }),
      role: 'start',
      loop: { other: end.type, ...ends },
      behaviour: withNodeFaults(behaviour as unknown as LoopBehaviour, places),
      ...(start.staticOutputs && {
        staticOutputs: withNodeFaults(
          { staticOutputs: start.staticOutputs as StartOp['staticOutputs'] },
          places,
        ).staticOutputs,
      }),
    },
    {
      ...addLoopSlot(toDeclarationFields({ ...endRest, inputs: next, outputs: done }), 'inputs', {
        accepts: ['loop'],
        about: 'From the Start of the loop',
      }),
      role: 'end',
      loop: { other: start.type, ...ends },
      ...(end.staticOutputs && {
        staticOutputs: withNodeFaults(
          { staticOutputs: end.staticOutputs as EndOp['staticOutputs'] },
          places,
        ).staticOutputs,
      }),
    },
  ]
}

/** Adds the slot of the loop wire, before all others. */
const addLoopSlot = <C, K extends keyof C>(common: C, side: K, loop: unknown): C => ({
  ...common,
  [side]: { loop, ...common[side] },
})

function toDeclarationFields({ inputs, outputs, ...rest }: NodeFields<Slots, Slots, ParamSpecs>) {
  return {
    type: rest.type,
    version: rest.version ?? 1,
    title: rest.title ?? typeTitle(rest.type),
    category: rest.category,
    summary: rest.summary,
    ...(rest.aliases && { aliases: rest.aliases }),
    ...(rest.equation && { equation: rest.equation }),
    ...(rest.source && { source: rest.source }),
    params: rest.params as Record<string, Param>,
    inputs: mapEntries(
      inputs,
      (name, { accepts, about, optional, many, grows, more, further }): InputSlot => ({
        accepts,
        about,
        ...(optional && { optional }),
        ...(many && { many }),
        ...(grows && { grows }),
        ...(more && { more: { of: more.of ?? name } }),
        ...(further && { further }),
      }),
    ),
    outputs: mapEntries(
      outputs,
      (name, { type, about, many, per, host, more, further }): OutputSlot => ({
        type,
        about,
        ...(many && { many }),
        ...(per && { per }),
        ...(host && { host }),
        ...(more && { more: { of: more.of ?? name } }),
        ...(further && { further }),
      }),
    ),
  }
}
