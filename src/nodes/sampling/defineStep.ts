// Declaration of sampler steps. Each declaration defines a step node for the sampling loop and a
// choice of the closed Sampler.
import { toConditioning } from '../../engine/models/condition.ts'
import { predictWithVariance } from '../../engine/models/predict.ts'
import { gaussianNoise } from '../../engine/process/noise.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type {
  ChoiceGroup,
  Param,
  RunContext,
  RunOp,
  StaticPrediction,
} from '../../engine/plan/op.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import type { Clipping } from '../../engine/samplers/clipping.ts'
import { clipX0 } from '../../engine/samplers/clipping.ts'
import type { SamplerStep } from '../../engine/samplers/step.ts'
import type { Levels } from '../../engine/process/schedule.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Noise, Prediction, Samples } from '../../engine/base/values.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScheduleValue, StepPlace, Timestep } from '../../engine/process/values.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import type { StaticInputs, RunNode, RunParams, Slot } from '../define.ts'
import { defineNode, param, slot } from '../define.ts'
import { createClipping, clippingParams } from './clipping.ts'
import { rejectPureNoise } from './checks.ts'
import { samplingMessages } from '../../messages/sampling.ts'

type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

export interface StepSpec<P extends ParamSpecs, State> {
  /** Permanent identifier, `diffusion/EulerStep`. */
  type: string
  title?: string
  version?: number
  summary: string
  aliases?: readonly string[]
  equation?: string
  source: string
  /** Name or names among the choices of the closed Sampler; undefined: for open loops only. */
  sampler?: SamplerChoice | readonly SamplerChoice[]
  /** Additional inputs, passed in `now.inputs`. Such a step cannot be a choice of Sampler. */
  inputs?: Record<string, Slot>
  /** Additional params; those for clipping x_0 and the seed are added automatically. */
  params: P
  /** Evaluates the model more than once per step: has an input `model` instead of `prediction`. */
  usesModel?: true
  /** Draws noise; describes its purpose. */
  noise?: string
  /** Supports steps from clean data towards noise; other steps reject them. */
  fromClean?: true
  /** False if there is no x_0 to clip. */
  clips?: false
  /** Initial state of a multistep solver: plain data with tensors. */
  initialState?: State
  /**
   * Throws NodeError for faults that are detectable before a run: conflicts between params, or with
   * static values.
   */
  check?: (params: RunParams<P>, known: StaticStep) => void
  step: (now: StepArguments<State>, params: RunParams<P>) => Tensor | { x: Tensor; state: State }
}

/** A step as a choice of the closed Sampler. */
export interface SamplerChoice {
  name: string
  /** When to use it. */
  about: string
  /** Group in the list of samplers; deterministic by default. */
  group?: ChoiceGroup
  /** Params that the name implies, hidden in Sampler. */
  fixed?: Readonly<Record<string, unknown>>
  /** Other names of params in Sampler, to avoid clashes with other steps' params. */
  names?: Readonly<Record<string, string>>
  /** Params of the list of timesteps that the method needs. */
  list?: Readonly<Record<string, unknown>>
}

/** Static facts about all steps of a loop. */
export interface StaticStep {
  /** Prediction type and learned variance of the model. */
  model: StaticPrediction | undefined
  /** Levels at both ends of every step, in order. */
  levels: { from: Levels; to: Levels } | undefined
}

/**
 * Arguments of a step. `noise` returns the wired noise first, then fresh draws. `x0` is clipped, and
 * `epsilon` implied by it: (x_t - α x_0) / σ; for clean x_t, the model's own prediction. `denoise`
 * clips as well. It requires `usesModel`.
 */
export interface StepArguments<State> extends SamplerStep {
  clipping: Clipping | undefined
  state: State
  /** Values of the additional inputs. */
  inputs: Record<string, Value | undefined>
  /** Index of the step and number of steps, if known. */
  place: StepPlace | undefined
}

/** A step node with its choices in the closed Sampler. */
export interface StepOp extends RunOp {
  samplers: readonly OfferedSampler[]
}

export interface OfferedSampler extends SamplerChoice {
  usesModel: boolean
  /** Additional params without the fixed ones. */
  params: Record<string, Param>
}

export function defineStep<P extends ParamSpecs, State = undefined>(
  spec: StepSpec<P, State>,
): StepOp {
  const { type, title, version, summary, aliases, equation, source } = spec
  const op = defineNode({
    type,
    ...(title !== undefined && { title }),
    ...(version !== undefined && { version }),
    category: 'steps',
    summary,
    ...(aliases !== undefined && { aliases }),
    ...(equation !== undefined && { equation }),
    source,
    inputs: createInputs(spec),
    outputs: { x_prev: slot.samples('Data at t_prev') },
    params: {
      ...spec.params,
      ...(spec.clips !== false && clippingParams),
      ...(spec.noise !== undefined && { seed: param.seed() }),
    },
    ...('initialState' in spec && { stateful: true as const }),
    check: (params: RunParams<P>, known: StaticStepInputs) => checkStep(spec, params, known),
    run: createRun(spec),
    // Slots and params depend on the contents of `spec`, which types cannot express.
  } as unknown as RunNode<{}, {}, {}>)
  return {
    ...op,
    samplers: [spec.sampler ?? []].flat().map((choice) => toOfferedSampler(choice, spec)),
  }
}

const createInputs = <P extends ParamSpecs, State>({
  usesModel,
  inputs,
  noise: noiseAbout,
}: StepSpec<P, State>) => ({
  x_t: slot.samples('Data at t'),
  ...createModelInputs(usesModel),
  ...inputs,
  t: slot.timestep('Timestep of x_t'),
  t_prev: slot.timestep('Timestep after the step; -1 is clean data'),
  schedule: slot.schedule('Schedule that the model was trained with'),
  ...(noiseAbout !== undefined && {
    noise: slot.optional(
      slot.noise(`${noiseAbout}. If not connected, the seed draws new noise in each step`),
    ),
  }),
})

/** Returns the `run` function of a step node. That of a stateful node also returns the state. */
const createRun =
  <P extends ParamSpecs, State>(spec: StepSpec<P, State>) =>
  (
    inputs: StepInputs,
    params: RunParams<P> & Parameters<typeof createClipping>[0],
    context: RunContext,
    state = spec.initialState as State,
  ) => {
    const result = spec.step(createStepArguments(spec, inputs, params, context, state), params)
    const { x, state: next } = 'x' in result ? result : { x: result, state: undefined }
    const outputs = { x_prev: { type: 'samples' as const, tensor: x, space: inputs.x_t.space } }
    return 'initialState' in spec ? { outputs, state: next } : outputs
  }

const toOfferedSampler = (
  choice: SamplerChoice,
  { usesModel, params }: Pick<StepSpec<ParamSpecs, unknown>, 'usesModel' | 'params'>,
): OfferedSampler => ({
  ...choice,
  usesModel: usesModel ?? false,
  params: Object.fromEntries(
    Object.entries(params).filter(([name]) => !(name in (choice.fixed ?? {}))),
  ),
})

const createModelInputs = (usesModel: true | undefined) =>
  usesModel
    ? {
        model: slot.model('Trained or exact model, evaluated several times per step'),
        condition: slot.optional(
          slot.condition('Labels, -1 for none. If not connected, unconditional'),
        ),
      }
    : { prediction: slot.prediction('Model prediction for x_t, of any type') }

interface StepInputs {
  x_t: Samples | Noise
  prediction?: Prediction
  model?: Model
  condition?: Parameters<typeof toConditioning>[0]
  t: Timestep
  t_prev: Timestep
  schedule: ScheduleValue
  noise?: Noise | Samples
}

function createStepArguments<State>(
  { clips, fromClean }: Pick<StepSpec<ParamSpecs, State>, 'clips' | 'fromClean'>,
  inputs: StepInputs,
  params: Parameters<typeof createClipping>[0],
  { random }: RunContext,
  state: State,
): StepArguments<State> {
  const { x_t, model, condition, t, noise } = inputs
  const { schedule } = inputs.schedule
  const [from, to] = [levelsAt(schedule, t), levelsAt(schedule, inputs.t_prev)]
  if (!fromClean) rejectCleanData(from)
  const clipping = clips === false ? undefined : createClipping(params, x_t.space)
  const evaluate = (x: Tensor, at: Levels): SamplerStep['prediction'] => {
    if (!model) throw new Error('This step has no model')
    return {
      ...predictWithVariance(model, x, at, condition && toConditioning(condition)),
      predicts: model.predicts,
    }
  }
  const clean = ({ tensor, predicts }: SamplerStep['prediction'], x: Tensor, at: Levels) =>
    clipX0(convertPrediction(tensor, x, at, predicts, 'sample'), clipping)
  let predicted: SamplerStep['prediction'] | undefined = inputs.prediction
  let x0: Tensor | undefined
  let epsilon: Tensor | undefined
  return {
    xt: x_t.tensor,
    from,
    to,
    schedule,
    clipping,
    get prediction() {
      return (predicted ??= evaluate(x_t.tensor, from))
    },
    get x0() {
      return (x0 ??= clean(this.prediction, x_t.tensor, from))
    },
    get epsilon() {
      return (epsilon ??= computeEpsilon(this, from))
    },
    denoise: (x, at) => clean(evaluate(x, at), x, at),
    noise: createNoiseSource(noise, () => gaussianNoise(random, x_t.tensor.shape)),
    state,
    inputs: inputs as unknown as Record<string, Value | undefined>,
    place: t.place,
  }
}

/** Returns a function that returns the wired noise first, then fresh draws. */
function createNoiseSource(wired: Noise | Samples | undefined, draw: () => Tensor): () => Tensor {
  let next = wired?.tensor
  return () => {
    const z = next ?? draw()
    next = undefined
    return z
  }
}

/**
 * With clipping, ε is recomputed from x_0. Otherwise it is that of the model, which is defined even
 * for clean data.
 */
function computeEpsilon(
  step: Pick<StepArguments<unknown>, 'xt' | 'x0' | 'prediction' | 'clipping'>,
  from: Levels,
): Tensor {
  const { xt, prediction } = step
  return step.clipping && from.sigma.every((sigma) => sigma > 0)
    ? convertPrediction(step.x0, xt, from, 'sample', 'epsilon')
    : convertPrediction(prediction.tensor, xt, from, prediction.predicts, 'epsilon')
}

type StaticStepInputs = StaticInputs<{
  prediction: ReturnType<typeof slot.prediction>
  model: ReturnType<typeof slot.model>
  t: ReturnType<typeof slot.timestep>
  t_prev: ReturnType<typeof slot.timestep>
  schedule: ReturnType<typeof slot.schedule>
}>

/**
 * Checks the evaluations of a step: at its start, and with `usesModel` also at its end unless clean.
 */
function checkStep<P extends ParamSpecs>(
  { usesModel, fromClean, check }: Pick<StepSpec<P, unknown>, 'usesModel' | 'fromClean' | 'check'>,
  params: RunParams<P>,
  { prediction, model, t, t_prev, schedule }: StaticStepInputs,
) {
  const evaluated = usesModel ? model : prediction
  rejectPureNoise({
    slot: usesModel ? 'model' : 'prediction',
    prediction: evaluated,
    schedule,
    times: [t, usesModel && t_prev],
  })
  if (schedule && t && !fromClean) rejectCleanData(levelsAt(schedule.schedule, t))
  const paired = schedule && t && t_prev && t.t.length === t_prev.t.length
  const levels = paired && {
    from: levelsAt(schedule.schedule, t),
    to: levelsAt(schedule.schedule, t_prev),
  }
  check?.(params, { model: evaluated, levels: levels || undefined })
}

function rejectCleanData({ sigma, t }: Levels) {
  const clean = sigma.indexOf(0)
  if (clean < 0) return
  throw new NodeError({
    slot: 't',
    message: samplingMessages.cleanStart({ t: t[clean] }),
    cure: samplingMessages.addNoise(),
  })
}
