// Runs our samplers over the recorded cases of diffusers' schedulers in closed loop: the step of
// each scheduler, and its settings.
import type { RunContext } from '../src/engine/plan/op.ts'
import { convertPrediction } from '../src/engine/process/prediction.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { ancestralDown, ancestralUp } from '../src/engine/samplers/ancestral.ts'
import type { ChurnOptions } from '../src/engine/samplers/churn.ts'
import { addChurn } from '../src/engine/samplers/churn.ts'
import { consistencyStep, lcmStep, tcdStep } from '../src/engine/samplers/consistency.ts'
import { ddimStep } from '../src/engine/samplers/ddim.ts'
import type { Variance } from '../src/engine/samplers/ddpm.ts'
import { ddpmStep } from '../src/engine/samplers/ddpm.ts'
import { eulerStep } from '../src/engine/samplers/euler.ts'
import { heunStep } from '../src/engine/samplers/heun.ts'
import type { StepHistory } from '../src/engine/samplers/history.ts'
import { addToHistory } from '../src/engine/samplers/history.ts'
import { kdpm2Step } from '../src/engine/samplers/kdpm2.ts'
import { lmsStep } from '../src/engine/samplers/lms.ts'
import type { TypedPrediction } from '../src/engine/base/values.ts'
import { middleLevel, plmsStep, pndmStep } from '../src/engine/samplers/pndm.ts'
import type { Levels } from '../src/engine/process/schedule.ts'
import { levelsAt } from '../src/engine/process/schedule.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import { getTransition } from '../src/engine/process/timesteps.ts'
import type { Prediction, Samples, VarianceKind } from '../src/engine/base/values.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'
import * as steps from '../src/nodes/sampling/steps/index.ts'
import type { Driver, RecordedStep, Step } from './drive.ts'
import { drive } from './drive.ts'
import type { SchedulerCase } from './schedulers.ts'
import {
  createInitial,
  models,
  recordedNoises,
  schedulerName,
  createStart,
  deriveTransitions,
} from './schedulers.ts'

/** Returns x of every recorded entry. */
export const computeTrajectory = (recorded: SchedulerCase): Tensor[] =>
  makers[schedulerName(recorded)](recorded)

type TrajectoryRunner = (recorded: SchedulerCase) => Tensor[]

const runStep =
  (step: Step): TrajectoryRunner =>
  (recorded) =>
    drive(recorded, step)

const runDriver =
  (driver: Driver): TrajectoryRunner =>
  (recorded) =>
    drive(recorded, driver(recorded))

// ---- DDPM and DDIM

function ddpm({ recorded, x, predicts, output, from, to, noise, hold }: RecordedStep): Tensor {
  const { variance_type } = recorded.config_given
  const kind =
    variance_type === 'learned' || variance_type === 'learned_range' ? variance_type : undefined
  // fixed_small_log equals fixed_small: the logarithm is undone.
  const variance: Variance = kind
    ? 'learned'
    : variance_type === 'fixed_large'
      ? 'fixed_large'
      : 'fixed_small'
  const said = kind ? splitOutput(output, kind) : { tensor: output }
  return ddpmStep(
    { xt: x, prediction: { predicts, ...said }, from, to, noise: () => noise() ?? tf.zerosLike(x) },
    {
      variance,
      clipping: hold,
    },
  )
}

/**
 * Splits an output with channels first. diffusers' `learned` is the variance; ours, as in the
 * paper, its logarithm.
 */
function splitOutput(output: Tensor, kind: VarianceKind): Pick<Prediction, 'tensor' | 'variance'> {
  const [tensor, said] = tf.split(output, 2, 1) as [Tensor, Tensor]
  return { tensor, variance: { tensor: kind === 'learned' ? said.log() : said, kind } }
}

function ddim({ recorded, x, predicts, output, from, to, noise, hold }: RecordedStep): Tensor {
  const { eta = 0, use_clipped_model_output: rederive = false } = recorded.step_kwargs
  return ddimStep(
    {
      xt: x,
      prediction: { tensor: output, predicts },
      from,
      to,
      noise,
    },
    {
      eta,
      rederive,
      clipping: hold,
    },
  )
}

// ---- over σ: diffusers' schedulers over σ, flows and EDM samplers are the same step here, at other levels

const readChurn = ({
  step_kwargs: { s_churn = 0, s_tmin = 0, s_tmax = Infinity, s_noise = 1 },
}: SchedulerCase) => ({ s_churn, s_tmin, s_tmax, s_noise }) as ChurnOptions

/** The model's output for x is used for the churned x as well. */
function euler(now: RecordedStep): Tensor {
  const { x, from, schedule, count, noise } = now
  const { xt, at } = addChurn(
    { xt: x, from, schedule, place: { index: 0, count }, noise },
    readChurn(now.recorded),
  )
  return eulerStep(
    xt,
    now.clean(now.output, xt, at),
    at,
    now.to,
    at === now.from ? now.epsilon : undefined,
  )
}

function ancestral(step: Step): Step {
  return (now) => {
    const down = ancestralDown(now.schedule, now.from, now.to, 1)
    return ancestralUp(step({ ...now, to: down }), down, now.to, now.noise, 1)
  }
}

const heun = ({ x, x0, from, to, schedule, denoise }: RecordedStep) =>
  heunStep({ xt: x, x0, from, to, denoise }, { time: schedule.kind === 'flow' ? 'flow' : 'ratio' })

const kdpm2 = ({ x, x0, from, to, schedule, denoise }: RecordedStep) =>
  kdpm2Step({ xt: x, x0, from, to, schedule, denoise })

const lms: Driver = ({ step_kwargs: { order = 4 } }) => {
  let history: StepHistory = []
  return ({ x, x0, epsilon, from, to }) => {
    const next = lmsStep(
      { xt: x, x0, epsilon: epsilon!, from, to, history },
      { order: order as number },
    )
    history = addToHistory(history, { value: epsilon!, at: from }, 3)
    return next
  }
}

/**
 * Stochastic sampling predicts clean data and adds fresh noise, which is a step of a consistency
 * model.
 */
const flow: Driver = ({ config_given: { stochastic_sampling } }) =>
  stochastic_sampling ? lcmOfFlow : euler

// ---- few-step samplers

const lcm = ({ x, x0, from, to, noise }: RecordedStep) =>
  lcmStep({ xt: x, x0, from, to, noise }, { sigma_data: 0.5, timestep_scaling: 10 })
const lcmOfFlow = ({ x, x0, from, to, noise }: RecordedStep) =>
  lcmStep({ xt: x, x0, from, to, noise }, { sigma_data: 0, timestep_scaling: 1 })
const tcd = ({ recorded, x, x0, epsilon, from, to, schedule, noise }: RecordedStep) =>
  tcdStep(
    { xt: x, x0, epsilon: epsilon!, from, to, schedule, noise },
    { eta: recorded.step_kwargs.eta! },
  )
const consistency = ({ x0, to, noise }: RecordedStep) =>
  consistencyStep(x0, to, noise, { sigma_min: 0.002 })

// ---- solvers with one evaluation per step, as nodes: params have diffusers' names and defaults

type SolverCase = SchedulerCase & {
  config_given: { skip_prk_steps?: boolean; disable_corrector?: number[] }
}

/** Returns both ends of each of our steps. */
function endsOfSteps(recorded: SchedulerCase) {
  const { schedule, transitions } = deriveTransitions(recorded)
  const ends = Array.from(transitions.t, (_, i) => getTransition(transitions, i))
  const levels = ends.map(({ from, to }) => ({
    from: levelsAt(schedule, from),
    to: levelsAt(schedule, to),
  }))
  return { schedule, ends, levels }
}

/** Evaluates the case's model. */
function predictCase(
  { id, config_given: config, model, scaling }: SchedulerCase,
  x: Tensor,
  { t, sigma }: Levels,
): TypedPrediction {
  const { prediction_type: predicts = 'epsilon' } = config
  if (!id.startsWith('EDM')) return { tensor: models[model](x, t[0]), predicts }
  // Karras et al. 2022, table 1, with σ_data = 1/2; with v_prediction diffusers negates the
  // network's output.
  const length = Math.sqrt(sigma[0] ** 2 + 0.25)
  const shown = scaling === 'none' ? x : x.div(length)
  const out = models[model](shown, t[0]).mul(
    ((predicts === 'v_prediction' ? -0.5 : 0.5) * sigma[0]) / length,
  )
  return { tensor: x.mul(0.25 / length ** 2).add(out), predicts: 'sample' }
}

function readParams(op: StepOp, { config_given: config }: SolverCase): Record<string, unknown> {
  const defaults = Object.fromEntries(
    Object.entries(op.params).map(([name, param]) => [name, param.default]),
  )
  const given = Object.fromEntries(Object.entries(config).filter(([name]) => name in op.params))
  const held = config.thresholding
    ? {
        clip: 'dynamic',
        threshold_quantile: config.dynamic_thresholding_ratio,
        threshold_max: config.sample_max_value,
      }
    : { clip: 'off' }
  // diffusers has a list of steps; in the records it always contains the first ones.
  return {
    ...defaults,
    ...given,
    ...held,
    ...(config.disable_corrector && { disable_corrector: config.disable_corrector.length }),
  }
}

type Run = (
  inputs: Record<string, unknown>,
  params: Record<string, unknown>,
  context: RunContext,
  state: unknown,
) => { outputs: { x_prev: Samples }; state: unknown }

const solver =
  (op: StepOp): TrajectoryRunner =>
  (recorded) => {
    const { schedule, ends, levels } = endsOfSteps(recorded)
    const { begins = 0 } = recorded
    const params = readParams(op, recorded)
    const toValue = (tensor: Tensor, type: string) => ({ type, tensor, space: 'image' })
    return tf.tidy(() => {
      let [x, state] = [createStart(recorded, levels[begins].from), undefined as unknown]
      return ends.slice(begins).map(({ from, to }, i) => {
        const index = begins + i
        const [z] = recordedNoises(recorded, index)
        const inputs = {
          x_t: toValue(x, 'samples'),
          prediction: {
            ...predictCase(recorded, x, levels[index].from),
            type: 'prediction',
            space: 'image',
          },
          t: { type: 'timestep', ...from, place: { index, count: ends.length } },
          t_prev: { type: 'timestep', ...to },
          schedule: { type: 'schedule', schedule },
          ...(z && { noise: toValue(z, 'noise') }),
        }
        const made = (op.run as unknown as Run)(
          inputs,
          params,
          { random: createRandom(0), prepared: undefined },
          state,
        )
        // diffusers groups evaluations from the start of the list. If a case starts with the second
        // of a group, that evaluation is a step by itself.
        state =
          i === 0 && index % 2 === 1 && op === steps.dpmSolverSinglestepStep
            ? undefined
            : made.state
        x = made.outputs.x_prev.tensor
        return x
      })
    })
  }

/**
 * Returns the frames that diffusers records for PNDM: the intermediate x of each step, and its
 * result.
 */
function pndm(recorded: SolverCase): Tensor[] {
  const { schedule, levels } = endsOfSteps(recorded)
  return tf.tidy(() => {
    const frames: Tensor[] = []
    let [x, said] = [createInitial(recorded), [] as TypedPrediction[]]
    for (const { from, to } of levels) {
      // The raw output of the model enters, so with v_prediction it is not ε as in the paper.
      said = [predictCase(recorded, x, from), ...said].slice(0, 4)
      x = pndmStep(x, said, from, to, {
        start: recorded.config_given.skip_prk_steps ? 'plms' : 'prk',
        middle: () => middleLevel(schedule, from, to),
        evaluate: (y, at) => {
          frames.push(y)
          return predictCase(recorded, y, at)
        },
      })
      frames.push(x)
    }
    return frames
  })
}

/** The model predicts v, which is converted to ε first. */
function ipndm(recorded: SchedulerCase): Tensor[] {
  const { levels } = endsOfSteps(recorded)
  // At the first level, without signal, diffusers divides by 1e-8.
  const again = levels.map(({ from, to }, i) => ({
    from: i === 0 ? { ...from, alpha: Float64Array.of(1e-8) } : from,
    to,
  }))
  return tf.tidy(() => {
    let [x, said] = [createInitial(recorded), [] as TypedPrediction[]]
    return [levels, ...new Array<typeof levels>((recorded.rounds ?? 1) - 1).fill(again)]
      .flat()
      .map(({ from, to }, i) => {
        const epsilon = convertPrediction(
          models[recorded.model](x, from.t[0]),
          x,
          from,
          'v_prediction',
          'epsilon',
        )
        said = [{ tensor: epsilon, predicts: 'epsilon' as const }, ...said].slice(0, 4)
        // The numerator is 0 there, so diffusers continues with x_0 = 0, although v determines x_0.
        x = plmsStep(
          x,
          i === 0 ? [{ tensor: tf.zerosLike(x), predicts: 'sample' }] : said,
          from,
          to,
        )
        return x
      })
  })
}

const makers: { [scheduler: string]: TrajectoryRunner } = {
  CMStochasticIterativeScheduler: runStep(consistency),
  DDIMInverseScheduler: runStep(ddim),
  DDIMScheduler: runStep(ddim),
  DDPMScheduler: runStep(ddpm),
  DEISMultistepScheduler: solver(steps.deisStep),
  DPMSolverMultistepInverseScheduler: solver(steps.dpmSolverStep),
  DPMSolverMultistepScheduler: solver(steps.dpmSolverStep),
  DPMSolverSinglestepScheduler: solver(steps.dpmSolverSinglestepStep),
  EDMDPMSolverMultistepScheduler: solver(steps.dpmSolverStep),
  EDMEulerScheduler: runStep(euler),
  EulerAncestralDiscreteScheduler: runStep(ancestral(euler)),
  EulerDiscreteScheduler: runStep(euler),
  FlowMatchEulerDiscreteScheduler: runDriver(flow),
  FlowMatchHeunDiscreteScheduler: runStep(heun),
  FlowMatchLCMScheduler: runStep(lcmOfFlow),
  HeunDiscreteScheduler: runStep(heun),
  IPNDMScheduler: ipndm,
  KDPM2AncestralDiscreteScheduler: runStep(ancestral(kdpm2)),
  KDPM2DiscreteScheduler: runStep(kdpm2),
  LCMScheduler: runStep(lcm),
  LMSDiscreteScheduler: runDriver(lms),
  PNDMScheduler: pndm,
  SASolverScheduler: solver(steps.saSolverStep),
  TCDScheduler: runStep(tcd),
  UniPCMultistepScheduler: solver(steps.unipcStep),
}
