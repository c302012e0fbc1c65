// Steps of samplers: what they have in common. A step is a node of its own that fits the sampling loop, and a choice of
// the closed Sampler; both follow from one declaration.
import { conditioningOf } from '../../engine/models/condition.ts'
import { answerOf } from '../../engine/models/predict.ts'
import { gaussianNoise } from '../../engine/noise.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Param, RunContext, RunOp, Said } from '../../engine/plan/op.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import type { Hold } from '../../engine/samplers/hold.ts'
import { held } from '../../engine/samplers/hold.ts'
import type { Levels, Schedule } from '../../engine/schedule.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { Tensor } from '../../engine/tf.ts'
import type { Model, Noise, Prediction, Samples, ScheduleValue, StepPlace, Timestep, Value } from '../../engine/values.ts'
import type { KnownInputs, RunNode, RunParams, Slot } from '../define.ts'
import { condition, defineNode, model, noise, optional, prediction, samples, schedule, seed, timestep } from '../define.ts'
import { holdOf, holdParams } from './hold.ts'
import { refuseNothingButNoise } from './refusals.ts'

type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

export interface StepSpec<P extends ParamSpecs, State> {
  /** Permanent identity, `diffusion/EulerStep`. */
  type: string
  title?: string
  version?: number
  summary: string
  equation?: string
  source: string
  /** Its name among the choices of the closed Sampler, or several. Without it is for open loops alone. */
  sampler?: SamplerChoice | readonly SamplerChoice[]
  /** Inputs of its own, which come in `now.inputs`. A step that has some cannot be a choice of the Sampler. */
  inputs?: Record<string, Slot>
  /** Its own; those for holding x_0 and the seed come by themselves. */
  params: P
  /** Evaluates the model itself, more than once a step: takes `model` in the place of `prediction`. */
  asks?: true
  /** Draws fresh noise: what for. */
  noise?: string
  /** Can begin at clean data, on the way up to noise; others are refused there. */
  fromClean?: true
  /** False: has nothing to hold. */
  holds?: false
  /** A multistep solver: keeps a state from step to step, plain data with tensors in it, which begins as this. */
  begins?: State
  /** Throws NodeError for what can be refused before a run: params that do not go together, or not with what is known then. */
  check?: (params: RunParams<P>, known: KnownStep) => void
  step: (now: StepNow<State>, params: RunParams<P>) => Tensor | { x: Tensor; state: State }
}

/** A step as the closed Sampler has it. */
export interface SamplerChoice {
  name: string
  /** When to take it. */
  about: string
  /** Params that the name stands for: they are not asked for there. */
  fixed?: Readonly<Record<string, unknown>>
  /** Names that params have there, where their own are those of another step's param with another default. */
  names?: Readonly<Record<string, string>>
}

/** What is known of all steps of a loop before it runs. */
export interface KnownStep {
  /** What the model predicts, and whether it says a variance. */
  said: Said | undefined
  /** Both ends of every step, one after the other. */
  way: { from: Levels; to: Levels } | undefined
}

type Answer = Pick<Prediction, 'tensor' | 'predicts' | 'variance'>

/** One step while it is made. Tensors are `[b, ...]`; levels hold for all items or one by one. */
export interface StepNow<State> {
  x: Tensor
  from: Levels
  to: Levels
  schedule: Schedule
  /** What the model said of x. */
  prediction: Answer
  hold: Hold | undefined
  /** x_0 as predicted at x, held in range. */
  x0: Tensor
  /** The noise in x if that x_0 is true: (x - α x_0) / σ. Where x is clean, what the model says it is. */
  epsilon: Tensor
  /** Asks the model for x_0 elsewhere, held in range. Only for a step that `asks`. */
  denoise: (x: Tensor, at: Levels) => Tensor
  /** Fresh noise; what is wired comes first. */
  noise: () => Tensor
  state: State
  /** What is wired to the inputs of its own. */
  inputs: Record<string, Value | undefined>
  /** Which step this is of how many; unknown where the loop does not say. */
  place: StepPlace | undefined
}

/** A step and how the closed Sampler names it. */
export interface StepOp extends RunOp {
  samplers: readonly OfferedSampler[]
}

export interface OfferedSampler extends SamplerChoice {
  asks: boolean
  /** Those of its own, without what is fixed. */
  params: Record<string, Param>
}

export function defineStep<P extends ParamSpecs, State = undefined>(spec: StepSpec<P, State>): StepOp {
  const { type, title, version, summary, equation, source } = spec
  const remembers = 'begins' in spec
  const op = defineNode({
    type,
    ...(title !== undefined && { title }),
    ...(version !== undefined && { version }),
    category: 'steps',
    summary,
    ...(equation !== undefined && { equation }),
    source,
    inputs: {
      x_t: samples('at t'),
      ...asked(spec.asks),
      ...spec.inputs,
      t: timestep('of x_t'),
      t_prev: timestep('where the step leads; -1 is clean data'),
      schedule: schedule('the one the model was trained with'),
      ...(spec.noise !== undefined && {
        noise: optional(noise(`${spec.noise}; unwired: drawn by the seed, afresh in each step`)),
      }),
    },
    outputs: { x_prev: samples('at t_prev') },
    params: {
      ...spec.params,
      ...(spec.holds !== false && holdParams),
      ...(spec.noise !== undefined && { seed: seed() }),
    },
    ...(remembers && { stateful: true as const }),
    check: ((params: RunParams<P>, known: KnownOfInputs) => checkStep(spec, params, known)) as never,
    run: ((inputs: StepInputs, params: never, context: RunContext, state = spec.begins as State) => {
      const result = spec.step(stepNow(spec, inputs, params, context, state), params)
      const made = 'x' in result ? result : { x: result, state: undefined }
      const outputs = { x_prev: { type: 'samples' as const, tensor: made.x, space: inputs.x_t.space } }
      return remembers ? { outputs, state: made.state } : outputs
    }) as never,
    // What is in `spec` decides which slots and params there are, which no type can follow.
  } as unknown as RunNode<{}, {}, {}>)
  return { ...op, samplers: [spec.sampler ?? []].flat().map((choice) => offered(choice, spec)) }
}

const offered = (
  choice: SamplerChoice,
  { asks, params }: Pick<StepSpec<ParamSpecs, unknown>, 'asks' | 'params'>,
): OfferedSampler => ({
  ...choice,
  asks: asks ?? false,
  params: Object.fromEntries(Object.entries(params).filter(([name]) => !(name in (choice.fixed ?? {})))),
})

const asked = (asks: true | undefined) =>
  asks
    ? {
        model: model('trained or exact; asked more than once a step'),
        condition: optional(condition('labels, -1 for none; unwired: none')),
      }
    : { prediction: prediction('what the model said of x_t, of any kind') }

interface StepInputs {
  x_t: Samples | Noise
  prediction?: Prediction
  model?: Model
  condition?: Parameters<typeof conditioningOf>[0]
  t: Timestep
  t_prev: Timestep
  schedule: ScheduleValue
  noise?: Noise | Samples
}

function stepNow<State>(
  { holds, fromClean }: Pick<StepSpec<ParamSpecs, State>, 'holds' | 'fromClean'>,
  inputs: StepInputs,
  params: Parameters<typeof holdOf>[0],
  { random }: RunContext,
  state: State,
): StepNow<State> {
  const { x_t, prediction, model, condition, t, t_prev, noise } = inputs
  const { schedule } = inputs.schedule
  const [from, to] = [levelsAt(schedule, t), levelsAt(schedule, t_prev)]
  if (!fromClean) refuseClean(from)
  const hold = holds === false ? undefined : holdOf(params, x_t.space)
  const ask = (x: Tensor, at: Levels): Answer => ({
    ...answerOf(model!, x, at, condition && conditioningOf(condition)),
    predicts: model!.predicts,
  })
  const clean = ({ tensor, predicts }: Answer, x: Tensor, at: Levels) =>
    held(convertPrediction(tensor, x, at, predicts, 'sample'), hold)
  let [wired, said, x0, epsilon] = [noise?.tensor, prediction, undefined, undefined] as [Tensor?, Answer?, Tensor?, Tensor?]
  return {
    x: x_t.tensor,
    from,
    to,
    schedule,
    hold,
    get prediction() {
      return (said ??= ask(x_t.tensor, from))
    },
    get x0() {
      return (x0 ??= clean(this.prediction, x_t.tensor, from))
    },
    get epsilon() {
      return (epsilon ??= noiseIn(this, from))
    },
    denoise: (x, at) => clean(ask(x, at), x, at),
    noise() {
      const z = wired ?? gaussianNoise(random, x_t.tensor.shape)
      wired = undefined
      return z
    },
    state,
    inputs: inputs as unknown as Record<string, Value | undefined>,
    place: t.place,
  }
}

/** Where x_0 is held ε has to be the one that belongs to it; otherwise it is as the model said, which tells it even of clean data. */
function noiseIn({ x, x0, prediction, hold }: Pick<StepNow<unknown>, 'x' | 'x0' | 'prediction' | 'hold'>, from: Levels): Tensor {
  return hold && from.sigma.every((sigma) => sigma > 0)
    ? convertPrediction(x0, x, from, 'sample', 'epsilon')
    : convertPrediction(prediction.tensor, x, from, prediction.predicts, 'epsilon')
}

type KnownOfInputs = KnownInputs<{
  prediction: ReturnType<typeof prediction>
  model: ReturnType<typeof model>
  t: ReturnType<typeof timestep>
  t_prev: ReturnType<typeof timestep>
  schedule: ReturnType<typeof schedule>
}>

/** A step asks where it begins; one that evaluates the model itself also where it leads, if that is not clean data. */
function checkStep<P extends ParamSpecs>(
  { asks, fromClean, check }: Pick<StepSpec<P, unknown>, 'asks' | 'fromClean' | 'check'>,
  params: RunParams<P>,
  { prediction, model, t, t_prev, schedule }: KnownOfInputs,
) {
  const said = asks ? model : prediction
  refuseNothingButNoise({ slot: asks ? 'model' : 'prediction', said, schedule, times: [t, asks && t_prev] })
  if (schedule && t && !fromClean) refuseClean(levelsAt(schedule.schedule, t))
  const paired = schedule && t && t_prev && t.t.length === t_prev.t.length
  const way = paired && { from: levelsAt(schedule.schedule, t), to: levelsAt(schedule.schedule, t_prev) }
  check?.(params, { said, way: way || undefined })
}

function refuseClean({ sigma, t }: Levels) {
  const clean = sigma.indexOf(0)
  if (clean < 0) return
  throw new NodeError({
    slot: 't',
    message: `This step begins where there is noise, and there is none at t = ${t[clean]}.`,
    cure: 'Upward from clean data DDIMStep with eta 0 and EulerStep can go.',
  })
}
