// Our samplers over the cases of diffusers' schedulers, in closed loop: which of our steps makes which of them, and with what.
import type { RunContext } from '../src/engine/plan/op.ts'
import { convertPrediction } from '../src/engine/prediction.ts'
import { randomOf } from '../src/engine/random.ts'
import { ancestralDown, ancestralUp } from '../src/engine/samplers/ancestral.ts'
import type { ChurnOptions } from '../src/engine/samplers/churn.ts'
import { churned } from '../src/engine/samplers/churn.ts'
import { consistencyStep, lcmStep, tcdStep } from '../src/engine/samplers/consistency.ts'
import { ddimStep } from '../src/engine/samplers/ddim.ts'
import type { Variance } from '../src/engine/samplers/ddpm.ts'
import { ddpmStep } from '../src/engine/samplers/ddpm.ts'
import { eulerStep } from '../src/engine/samplers/euler.ts'
import { heunStep } from '../src/engine/samplers/heun.ts'
import type { StepHistory } from '../src/engine/samplers/history.ts'
import { remember } from '../src/engine/samplers/history.ts'
import { kdpm2Step } from '../src/engine/samplers/kdpm2.ts'
import { lmsStep } from '../src/engine/samplers/lms.ts'
import type { Said } from '../src/engine/samplers/pndm.ts'
import { middleOf, plmsStep, pndmStep } from '../src/engine/samplers/pndm.ts'
import type { Levels } from '../src/engine/schedule.ts'
import { levelsAt } from '../src/engine/schedule.ts'
import type { Tensor } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import { endsOf } from '../src/engine/timesteps.ts'
import type { Prediction, Samples, VarianceKind } from '../src/engine/values.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'
import * as steps from '../src/nodes/sampling/steps/index.ts'
import type { Driver, Now, Step } from './drive.ts'
import { drive } from './drive.ts'
import type { SchedulerCase } from './schedulers.ts'
import { initialOf, models, noisesOf, schedulerOf, startOf, transitionsOf } from './schedulers.ts'

/** x of every recorded entry. */
export const trajectoryOf = (recorded: SchedulerCase): Tensor[] => makers[schedulerOf(recorded)]!(recorded)

type Maker = (recorded: SchedulerCase) => Tensor[]

const driven =
  (step: Step): Maker =>
  (recorded) =>
    drive(recorded, step)

const drivenBy =
  (driver: Driver): Maker =>
  (recorded) =>
    drive(recorded, driver(recorded))

// ---- DDPM and DDIM

function ddpm({ recorded, x, predicts, output, from, to, noise, hold }: Now): Tensor {
  const { variance_type } = recorded.config_given
  const kind = variance_type === 'learned' || variance_type === 'learned_range' ? variance_type : undefined
  // fixed_small_log: the logarithm and back changes nothing.
  const variance: Variance = kind ? 'learned' : variance_type === 'fixed_large' ? 'fixed_large' : 'fixed_small'
  const said = kind ? halvesOf(output, kind) : { tensor: output }
  return ddpmStep(x, { predicts, ...said }, from, to, noise() ?? tf.zerosLike(x), { variance, hold })
}

/** Channels first, as recorded. What diffusers calls learned is the variance itself; here, as in the paper, its logarithm. */
function halvesOf(output: Tensor, kind: VarianceKind): Pick<Prediction, 'tensor' | 'variance'> {
  const [tensor, said] = tf.split(output, 2, 1) as [Tensor, Tensor]
  return { tensor, variance: { tensor: kind === 'learned' ? said.log() : said, kind } }
}

function ddim({ recorded, x, predicts, output, from, to, noise, hold }: Now): Tensor {
  const { eta = 0, use_clipped_model_output: rederive = false } = recorded.step_kwargs
  return ddimStep(x, { tensor: output, predicts }, from, to, eta > 0 ? noise() : undefined, { eta, rederive, hold })
}

// ---- over σ. Those of diffusers that count in σ, its flows and its EDM samplers are here one and the same step, at other levels.

const churnOf = ({ step_kwargs: { s_churn = 0, s_tmin = 0, s_tmax = Infinity, s_noise = 1 } }: SchedulerCase) =>
  ({ s_churn, s_tmin, s_tmax, s_noise }) as ChurnOptions

/** What the model said of x is taken to be said of the churned x too. */
function euler(now: Now): Tensor {
  const { x, at } = churned(now.x, now.from, now.schedule, churnOf(now.recorded), now.count, now.noise)
  return eulerStep(x, now.clean(now.output, x, at), at, now.to, at === now.from ? now.epsilon : undefined)
}

function ancestral(step: Step): Step {
  return (now) => {
    const down = ancestralDown(now.schedule, now.from, now.to, 1)
    return ancestralUp(step({ ...now, to: down }), down, now.to, now.noise, 1)
  }
}

const heun = ({ x, x0, from, to, schedule, denoise }: Now) =>
  heunStep(x, x0, from, to, denoise, schedule.kind === 'flow' ? 'flow' : 'ratio')

const kdpm2 = ({ x, x0, from, to, schedule, denoise }: Now) => kdpm2Step(x, x0, from, to, schedule, denoise)

const lms: Driver = ({ step_kwargs: { order = 4 } }) => {
  let history: StepHistory = []
  return ({ x, x0, epsilon, from, to }) => {
    const next = lmsStep(x, x0, epsilon!, from, to, history, { order: order as number })
    history = remember(history, { value: epsilon!, at: from }, 3)
    return next
  }
}

/** Stochastic: to clean data and back up with fresh noise, which is a step of a consistency model. */
const flow: Driver = ({ config_given: { stochastic_sampling } }) => (stochastic_sampling ? lcmOfFlow : euler)

// ---- of few steps

const lcm = ({ x, x0, from, to, noise }: Now) => lcmStep(x, x0, from, to, noise, { sigma_data: 0.5, timestep_scaling: 10 })
const lcmOfFlow = ({ x, x0, from, to, noise }: Now) => lcmStep(x, x0, from, to, noise, { sigma_data: 0, timestep_scaling: 1 })
const tcd = ({ recorded, x, x0, epsilon, from, to, schedule, noise }: Now) =>
  tcdStep(x, x0, epsilon!, from, to, schedule, noise, { eta: recorded.step_kwargs.eta! })
const consistency = ({ x0, to, noise }: Now) => consistencyStep(x0, to, noise, { sigma_min: 0.002 })

// ---- solvers with one evaluation a step, as nodes: their params have the names and defaults of diffusers

type SolverCase = SchedulerCase & { config_given: { skip_prk_steps?: boolean; disable_corrector?: number[] } }

/** Both ends of each of our steps. */
function endsOfSteps(recorded: SchedulerCase) {
  const { schedule, transitions } = transitionsOf(recorded)
  const ends = Array.from(transitions.t, (_, i) => endsOf(transitions, i))
  const levels = ends.map(({ from, to }) => ({ from: levelsAt(schedule, from), to: levelsAt(schedule, to) }))
  return { schedule, ends, levels }
}

/** What the case's model says of x. */
function say({ id, config_given: config, model, scaling }: SchedulerCase, x: Tensor, { t, sigma }: Levels): Said {
  const { prediction_type: predicts = 'epsilon' } = config
  if (!id.startsWith('EDM')) return { tensor: models[model](x, t[0]!), predicts }
  // Karras et al. 2022, table 1, with σ_data = 1/2; with v_prediction diffusers turns the sign of the network round.
  const length = Math.sqrt(sigma[0]! ** 2 + 0.25)
  const shown = scaling === 'none' ? x : x.div(length)
  const out = models[model](shown, t[0]!).mul(((predicts === 'v_prediction' ? -0.5 : 0.5) * sigma[0]!) / length)
  return { tensor: x.mul(0.25 / length ** 2).add(out), predicts: 'sample' }
}

function paramsOf(op: StepOp, { config_given: config }: SolverCase): Record<string, unknown> {
  const defaults = Object.fromEntries(Object.entries(op.params).map(([name, param]) => [name, param.default]))
  const given = Object.fromEntries(Object.entries(config).filter(([name]) => name in op.params))
  const held = config.thresholding
    ? { clip: 'dynamic', threshold_quantile: config.dynamic_thresholding_ratio, threshold_max: config.sample_max_value }
    : { clip: 'off' }
  // Theirs is a list of steps, here always the first ones.
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
  (op: StepOp): Maker =>
  (recorded) => {
    const { schedule, ends, levels } = endsOfSteps(recorded)
    const { begins = 0 } = recorded
    const params = paramsOf(op, recorded)
    const tagged = (tensor: Tensor, type: string) => ({ type, tensor, space: 'image' })
    return tf.tidy(() => {
      let [x, state] = [startOf(recorded, levels[begins]!.from), undefined as unknown]
      return ends.slice(begins).map(({ from, to }, i) => {
        const index = begins + i
        const [z] = noisesOf(recorded, index)
        const inputs = {
          x_t: tagged(x, 'samples'),
          prediction: { ...say(recorded, x, levels[index]!.from), type: 'prediction', space: 'image' },
          t: { type: 'timestep', ...from, place: { index, count: ends.length } },
          t_prev: { type: 'timestep', ...to },
          schedule: { type: 'schedule', schedule },
          ...(z && { noise: tagged(z, 'noise') }),
        }
        const made = (op.run as unknown as Run)(inputs, params, { random: randomOf(0), prepared: undefined }, state)
        // diffusers counts evaluations from the first of the list: where it begins with the second of a step, that is a step alone.
        state = i === 0 && index % 2 === 1 && op === steps.dpmSolverSinglestepStep ? undefined : made.state
        x = made.outputs.x_prev.tensor
        return x
      })
    })
  }

/** What diffusers lists of a step of PNDM: the places where it asked again, and where it led. */
function pndm(recorded: SolverCase): Tensor[] {
  const { schedule, levels } = endsOfSteps(recorded)
  return tf.tidy(() => {
    const frames: Tensor[] = []
    let [x, said] = [initialOf(recorded), [] as Said[]]
    for (const { from, to } of levels) {
      // The model's own output takes part, whatever it is: with v that is not ε as in the paper.
      said = [say(recorded, x, from), ...said].slice(0, 4)
      x = pndmStep(x, said, from, to, {
        start: recorded.config_given.skip_prk_steps ? 'plms' : 'prk',
        middle: () => middleOf(schedule, from, to),
        ask: (y, at) => {
          frames.push(y)
          return say(recorded, y, at)
        },
      })
      frames.push(x)
    }
    return frames
  })
}

/** The model predicts v, which is turned into ε before it takes part. */
function ipndm(recorded: SchedulerCase): Tensor[] {
  const { levels } = endsOfSteps(recorded)
  // At the first, without signal, diffusers divides by 1e-8.
  const again = levels.map(({ from, to }, i) => ({ from: i === 0 ? { ...from, alpha: Float64Array.of(1e-8) } : from, to }))
  return tf.tidy(() => {
    let [x, said] = [initialOf(recorded), [] as Said[]]
    return [levels, ...new Array<typeof levels>((recorded.rounds ?? 1) - 1).fill(again)].flat().map(({ from, to }, i) => {
      const epsilon = convertPrediction(models[recorded.model](x, from.t[0]!), x, from, 'v_prediction', 'epsilon')
      said = [{ tensor: epsilon, predicts: 'epsilon' as const }, ...said].slice(0, 4)
      // What it divides then is 0, and it goes on with 0 for x_0, where v says what it is.
      x = plmsStep(x, i === 0 ? [{ tensor: tf.zerosLike(x), predicts: 'sample' }] : said, from, to)
      return x
    })
  })
}

const makers: { [scheduler: string]: Maker } = {
  CMStochasticIterativeScheduler: driven(consistency),
  DDIMInverseScheduler: driven(ddim),
  DDIMScheduler: driven(ddim),
  DDPMScheduler: driven(ddpm),
  DEISMultistepScheduler: solver(steps.deisStep),
  DPMSolverMultistepInverseScheduler: solver(steps.dpmSolverStep),
  DPMSolverMultistepScheduler: solver(steps.dpmSolverStep),
  DPMSolverSinglestepScheduler: solver(steps.dpmSolverSinglestepStep),
  EDMDPMSolverMultistepScheduler: solver(steps.dpmSolverStep),
  EDMEulerScheduler: driven(euler),
  EulerAncestralDiscreteScheduler: driven(ancestral(euler)),
  EulerDiscreteScheduler: driven(euler),
  FlowMatchEulerDiscreteScheduler: drivenBy(flow),
  FlowMatchHeunDiscreteScheduler: driven(heun),
  FlowMatchLCMScheduler: driven(lcmOfFlow),
  HeunDiscreteScheduler: driven(heun),
  IPNDMScheduler: ipndm,
  KDPM2AncestralDiscreteScheduler: driven(ancestral(kdpm2)),
  KDPM2DiscreteScheduler: driven(kdpm2),
  LCMScheduler: driven(lcm),
  LMSDiscreteScheduler: drivenBy(lms),
  PNDMScheduler: pndm,
  SASolverScheduler: solver(steps.saSolverStep),
  TCDScheduler: driven(tcd),
  UniPCMultistepScheduler: solver(steps.unipcStep),
}
