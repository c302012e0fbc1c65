// Recorded trajectories of diffusers' schedulers: their inputs, the levels they visit, and the
// comparison with ours.
import { expect } from 'vitest'
import { addNoise } from '../src/engine/process/forward.ts'
import { repaintTransitions } from '../src/engine/samplers/repaint.ts'
import type {
  FlowSchedule,
  Levels,
  Schedule,
  ScheduleName,
  SigmaSchedule,
  TableSchedule,
  VPSchedule,
} from '../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule, getRatios } from '../src/engine/process/schedule.ts'
import { shiftLevel, spaceSigmas } from '../src/engine/process/sigmas.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { TimestepsConfig, Transitions } from '../src/engine/process/timesteps.ts'
import { flipTimesteps, timesteps } from '../src/engine/process/timesteps.ts'
import type { PredictionType } from '../src/engine/base/values.ts'
import { golden } from './golden.ts'

/** A tensor, or a summary of a larger one. */
export type Recorded = number[] | { abs_sum: number; abs_mean: number; first8: number[] }

/**
 * Settings that differ from the scheduler's defaults. Settings of single schedulers are untyped.
 */
export interface SchedulerConfig {
  beta_schedule?: ScheduleName
  beta_start?: number
  beta_end?: number
  num_train_timesteps?: number
  prediction_type?: PredictionType
  timestep_spacing?: 'leading' | 'trailing' | 'linspace'
  final_sigmas_type?: 'zero' | 'sigma_min'
  steps_offset?: number
  set_alpha_to_one?: boolean
  clip_sample?: boolean
  clip_sample_range?: number
  thresholding?: boolean
  dynamic_thresholding_ratio?: number
  sample_max_value?: number
  rescale_betas_zero_snr?: boolean
  [name: string]: unknown
}

export interface SchedulerCase {
  /** `EulerDiscreteScheduler/001`. */
  id: string
  config_given: SchedulerConfig
  num_inference_steps: number | null
  set_timesteps_kwargs: { timesteps?: number[]; [name: string]: unknown }
  step_kwargs: { eta?: number; use_clipped_model_output?: boolean; [name: string]: unknown }
  model: keyof typeof models
  initial: 'x_a' | 'x_b' | 'dummy_sample_deter'
  shape: number[]
  /** Factor of the initial tensor. */
  init_noise_sigma: number
  timesteps: number[]
  sigmas?: number[]
  steps: ({ t: number; prev_sample?: number[]; model_output?: number[]; op?: string } & Partial<
    Exclude<Recorded, number[]>
  >)[]
  /** Draws of each step, in order. */
  noise_by_step?: Record<string, number[][]>
  repaint?: { jump_length: number; jump_n_sample: number }
  final_f64: Recorded
  max_abs_diff_f32_vs_f64: number
  max_abs_value: number
  // Fields of cases from diffusers' own tests:
  /** First step of the case, which starts from data with the noise of this step. */
  begins?: number
  /**
   * `into_step`: the step starts from the scaled input of the model; `none`: the input is not
   * scaled.
   */
  scaling?: 'into_step' | 'none'
  /** Number of passes over all steps; each continues from the result of the previous one. */
  rounds?: number
  /**
   * Not recorded: {@link deriveTransitions} rounds the tables of betas to float32, as the record
   * did.
   */
  float32?: true
}

const inputs = golden<{ tensors: Record<string, number[]> }>('schedulers/inputs').tensors

/** The cases of a scheduler by its class name in diffusers. */
export const readCases = <Case extends SchedulerCase = SchedulerCase>(scheduler: string): Case[] =>
  golden<{ cases: Case[] }>(`schedulers/${scheduler}`).cases

/** Shared input tensors of the cases: x_a, x_b, img_a, mask_a, ... */
export const sharedInput = (name: string, shape: number[]): Tensor => tf.tensor(inputs[name], shape)

const tanh = (x: Tensor, t: number) =>
  x
    .mul(0.8)
    .tanh()
    .mul(0.9)
    .add(0.1 * Math.cos(0.01 * t))

/** Models of the cases: formulas of the input (scaled if the scheduler scales it) and of t. */
export const models = {
  dummy: (x: Tensor, t: number) => x.mul(t / (t + 1)),
  tanh,
  small: (x: Tensor, t: number) =>
    x
      .tanh()
      .mul(0.3)
      .add(0.02 * Math.sin(t) - 0.05),
  /** The second half of the channels contains numbers from -0.5 to 0.5. */
  tanh_lv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.5)], 1),
  /** The second half of the channels contains a variance. */
  tanh_pv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.01).add(0.02)], 1),
}

/** Input x_T of the scheduler, in its own scale: multiplied by `init_noise_sigma`. */
export function createInitial({ initial, shape, init_noise_sigma }: SchedulerCase): Tensor {
  const x = initial === 'dummy_sample_deter' ? dummySample(shape) : sharedInput(initial, shape)
  return x.mul(init_noise_sigma)
}

/** Start of a case at a level, in our scale; `scale` as in {@link Driven}. */
export const createStart = (recorded: SchedulerCase, at: Levels, scale = 1): Tensor =>
  recorded.begins === undefined
    ? createInitial(recorded).mul(scale)
    : addNoise(createInitial(recorded), dummySample(recorded.shape, tf.reverse), at)

/**
 * Initial sample of diffusers' own tests, and in reverse order their noise: k / n, the item index
 * varies fastest.
 */
function dummySample([items, ...rest]: number[], order = (x: Tensor) => x): Tensor {
  const n = rest.reduce((product, size) => product * size, items)
  return order(tf.range(0, n))
    .reshape([...rest, items])
    .div(n)
    .transpose([rest.length, ...rest.keys()])
}

/** Tensors drawn in step i. */
export const recordedNoises = ({ noise_by_step, shape }: SchedulerCase, i: number): Tensor[] =>
  (noise_by_step?.[i] ?? []).map((values) => tf.tensor(values, shape))

/**
 * Ten times the difference between torch's float32 and float64, but at least the precision of
 * float32.
 */
export const computeTolerance = ({
  max_abs_diff_f32_vs_f64,
  max_abs_value,
}: SchedulerCase): number => Math.max(10 * max_abs_diff_f32_vs_f64, 1e-6 * max_abs_value)

/** x after step i. */
export function recordedFrame({ steps }: SchedulerCase, i: number): Recorded {
  const { prev_sample, abs_sum, abs_mean, first8 } = steps[i]
  return prev_sample ?? { abs_sum: abs_sum!, abs_mean: abs_mean!, first8: first8! }
}

const farthest = (found: ArrayLike<number>, wanted: number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i] - value)))

export function expectClose(found: Float32Array, wanted: Recorded, tolerance: number) {
  if (Array.isArray(wanted)) {
    expect(found.length).toBe(wanted.length)
    return expect(farthest(found, wanted)).toBeLessThanOrEqual(tolerance)
  }
  expect(farthest(found, wanted.first8)).toBeLessThanOrEqual(tolerance)
  const absSum = found.reduce((sum, value) => sum + Math.abs(value), 0)
  expect(Math.abs(absSum / found.length - wanted.abs_mean)).toBeLessThanOrEqual(tolerance)
}

/**
 * Compares each frame with its recorded step, and the last also with float64. Disposes the frames.
 */
export async function expectTrajectory(
  recorded: SchedulerCase,
  frames: Tensor[],
  tolerance = computeTolerance(recorded),
) {
  expect(frames.length).toBe(recorded.steps.length)
  for (const [i, frame] of frames.entries())
    expectClose((await frame.data()) as Float32Array, recordedFrame(recorded, i), tolerance)
  expectClose((await frames.at(-1)!.data()) as Float32Array, recorded.final_f64, tolerance)
  frames.forEach((frame) => frame.dispose())
}

// ---- visited levels

/** Inputs with which our samplers reproduce a case. */
export interface Driven {
  schedule: Schedule
  /**
   * One per step; {@link stepEntries} maps them to recorded entries. `t` is the model's time input.
   */
  transitions: Transitions
  /**
   * Factor from diffusers' x to ours at a level. Its schedulers over σ use x / α = x_0 + (σ / α) ε,
   * ours use x = α x_0 + σ ε. The model always receives ours.
   */
  scale: (at: Levels) => number
}

/** Returns the schedule, the transitions and the scale of x of a recorded case. */
export function deriveTransitions(recorded: SchedulerCase): Driven {
  const driven = families[schedulerName(recorded)](recorded)
  return { scale: () => 1, ...driven }
}

export const schedulerName = ({ id }: SchedulerCase) => id.split('/')[0]

type Family = (recorded: SchedulerCase) => Omit<Driven, 'scale'> & Partial<Driven>

const SMALL_ENDS = { beta_start: 0.00085, beta_end: 0.012 }

function createTable(
  { config_given: given, float32 }: SchedulerCase,
  defaults: SchedulerConfig = {},
): TableSchedule {
  const config = { ...defaults, ...given }
  const schedule = noiseSchedule({
    name: config.beta_schedule ?? 'linear',
    T: config.num_train_timesteps ?? 1000,
    betaStart: config.beta_start,
    betaEnd: config.beta_end,
    rescaleBetasZeroSnr: config.rescale_betas_zero_snr,
  })
  return float32 ? roundTable(schedule) : schedule
}

/** In float32, 1 - ᾱ_0 has only a few correct digits, which affects all levels spaced from it. */
function roundTable(schedule: TableSchedule): TableSchedule {
  let signal = 1
  return {
    ...schedule,
    alphaBar: schedule.betas.map((beta) =>
      Math.fround((signal *= Math.fround(1 - Math.fround(beta)))),
    ),
  }
}

/** Schedulers over σ replace a signal of 0 by 2^-24. */
function almostZeroSnr(schedule: TableSchedule): TableSchedule {
  const alphaBar = schedule.alphaBar.map((signal, t) =>
    t === schedule.T - 1 ? signal || 2 ** -24 : signal,
  )
  return { ...schedule, alphaBar }
}

const inferenceSteps = ({ num_inference_steps: n }: SchedulerCase) => n!

/**
 * Ends at the lowest noise level instead of clean data: `set_alpha_to_one: false`,
 * `final_sigmas_type: sigma_min`.
 */
const toSmallest = ({ t, tPrev, ratio, ratioPrev }: Transitions): Transitions => ({
  t,
  tPrev: tPrev.map((step) => Math.max(step, 0)),
  // For levels on a curve, this is the last level again.
  ...(ratio && ratioPrev && { ratio, ratioPrev: ratioPrev.map((value) => value || ratio.at(-1)!) }),
})

/** In explicit lists, t_prev is the next entry. */
const explicitTransitions = (t: readonly number[], end = -1): Transitions => ({
  t: Float64Array.from(t),
  tPrev: Float64Array.from([...t.slice(1), end]),
})

const readCurve = (
  config: SchedulerConfig,
): Pick<TimestepsConfig, 'sigmas' | 'sigma_min' | 'sigma_max'> => ({
  sigmas: config.use_karras_sigmas
    ? 'karras'
    : config.use_exponential_sigmas || config.use_lu_lambdas
      ? 'exponential'
      : config.use_beta_sigmas
        ? 'beta'
        : 'schedule',
  sigma_min: config.sigma_min as number | undefined,
  sigma_max: config.sigma_max as number | undefined,
})

/** DDPM, DDIM, PNDM, RePaint: integer timesteps. */
function leading(previous: 'next_in_list' | 'stride', toOne = true): Family {
  return (recorded) => {
    const { config_given: config, set_timesteps_kwargs: given, repaint } = recorded
    const schedule = createTable(recorded)
    if (given.timesteps) return { schedule, transitions: explicitTransitions(given.timesteps) }
    const list = timesteps(schedule, {
      num_inference_steps: inferenceSteps(recorded),
      timestep_spacing: config.timestep_spacing ?? 'leading',
      steps_offset: config.steps_offset,
      previous,
    })
    if (repaint)
      return {
        schedule,
        transitions: repaintTransitions(list, repaint.jump_length, repaint.jump_n_sample),
      }
    return { schedule, transitions: (config.set_alpha_to_one ?? toOne) ? list : toSmallest(list) }
  }
}

/** Euler, Heun, LMS, KDPM2: n levels between timesteps, in the scale x / α. */
function betweenTimesteps(defaults: SchedulerConfig = {}, wholeCurves = false): Family {
  return (recorded) => {
    const config = recorded.config_given
    const schedule = almostZeroSnr(createTable(recorded, defaults))
    const n = inferenceSteps(recorded)
    const curve = readCurve(config)
    const list = timesteps(schedule, {
      num_inference_steps: n,
      timestep_spacing: config.timestep_spacing ?? 'linspace',
      steps_offset: config.steps_offset,
      quantize: wholeCurves && curve.sigmas !== 'schedule',
      ...curve,
    })
    const exact = config.final_sigmas_type === 'sigma_min' ? toSmallest(list) : list
    const ended = recorded.float32 ? roundRatios(exact, schedule) : exact
    return {
      schedule,
      transitions: applyEulerOptions(ended, config, schedule),
      scale: ({ alpha }) => alpha[0],
    }
  }
}

/** Rounds σ / α to float32. */
function roundRatios(list: Transitions, schedule: Schedule): Transitions {
  const ratios = (t: Float64Array, ratio?: Float64Array) =>
    getRatios(levelsAt(schedule, { t, ...(ratio && { ratio }) })).map(Math.fround)
  return {
    ...list,
    ratio: ratios(list.t, list.ratio),
    ratioPrev: ratios(list.tPrev, list.ratioPrev),
  }
}

/** Special cases of Euler: levels that differ from those of its timesteps, and EDM's times. */
function applyEulerOptions(
  list: Transitions,
  config: SchedulerConfig,
  schedule: Schedule,
): Transitions {
  if (config.interpolation_type === 'log_linear') {
    const [min, max] = getRatios(levelsAt(schedule, { t: Float64Array.of(0, 999) }))
    const levels = Float64Array.from(
      spaceSigmas('exponential', list.t.length + 1, { min: min, max: max }),
    )
    return { ...list, ratio: levels.slice(0, -1), ratioPrev: levels.slice(1) }
  }
  return config.timestep_type === 'continuous' ? { ...list, t: list.ratio!.map(noiseTime) } : list
}

/** c_noise of Karras et al. 2022, table 1. */
const noiseTime = (sigma: number) => Math.log(sigma) / 4

/** DPM-Solver, DEIS, UniPC, SA-Solver: n intervals between n + 1 levels, integer timesteps. */
function intervals(end: 'zero' | 'sigma_min' = 'zero'): Family {
  return (recorded) => {
    const config = recorded.config_given
    if (config.use_flow_sigmas) return flowOfSolver(recorded)
    const curve = readCurve(config)
    const schedule = almostZeroSnr(createTable(recorded))
    const list = timesteps(schedule, {
      num_inference_steps: inferenceSteps(recorded),
      timestep_spacing: config.timestep_spacing ?? 'linspace',
      steps_offset: config.steps_offset,
      lambda_min_clipped: config.lambda_min_clipped as number | undefined,
      count: curve.sigmas === 'schedule' ? 'intervals' : 'points',
      quantize: !cutOff(config),
      ...curve,
    })
    const ended = (config.final_sigmas_type ?? end) === 'sigma_min' ? toSmallest(list) : list
    return { schedule, transitions: cutOff(config) ? { ...ended, t: ended.t.map(whole) } : ended }
  }
}

/**
 * Times of these curves are truncated instead of rounded, after a rounding error makes them too
 * small.
 */
const cutOff = (config: SchedulerConfig) =>
  Boolean(config.use_exponential_sigmas || config.use_beta_sigmas)
const whole = (t: number) => Math.max(0, Math.floor(t - 1e-4))

/** The solvers list the levels of a flow in two ways; neither starts at pure noise. */
function flowOfSolver(recorded: SchedulerCase): ReturnType<Family> {
  const shift = recorded.config_given.flow_shift as number
  const n = inferenceSteps(recorded)
  const unipc = schedulerName(recorded).startsWith('UniPC')
  const { t } = timesteps(flow, {
    num_inference_steps: n + 1,
    timestep_spacing: 'linspace',
    ...(unipc ? { shift } : { shift, sigma_max: 0.999, sigma_min: 1e-12 }),
  })
  const levels = t.slice(0, n).map((time) => Math.min(time, unipc ? flow.T * (1 - 1e-6) : flow.T))
  const ratio = levels.map((time) => time / (flow.T - time))
  const told = levels.map(Math.floor)
  return {
    schedule: flow,
    transitions: {
      ...explicitTransitions([...told]),
      ratio,
      ratioPrev: Float64Array.of(...ratio.slice(1), 0),
    },
  }
}

const flow: FlowSchedule = { kind: 'flow', name: 'flow', T: 1000 }

const flowMatching: Family = (recorded) => {
  const config = recorded.config_given
  const mu = recorded.set_timesteps_kwargs.mu as number | undefined
  const shift =
    mu === undefined
      ? ((config.shift as number | undefined) ?? 1)
      : config.time_shift_type === 'linear'
        ? mu
        : Math.exp(mu)
  const list = timesteps(flow, {
    num_inference_steps: inferenceSteps(recorded),
    timestep_spacing: 'linspace',
    shift,
    shift_terminal: config.shift_terminal as number | undefined,
    ...readCurve(config),
    // diffusers shifts its smallest sigma twice, unless the shift is set later by `mu`.
    ...(mu === undefined && { sigma_min: shiftLevel(1e-3, shift) }),
  })
  if (!config.invert_sigmas) return { schedule: flow, transitions: list }
  return {
    schedule: flow,
    transitions: explicitTransitions(
      [...list.t].map((t) => flow.T - t),
      flow.T,
    ),
  }
}

const edm: SigmaSchedule = { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 }

/** Unscaled x, with c_noise as the time. */
const edmSigmas: Family = (recorded) => {
  const { sigma_schedule: curve = 'karras', final_sigmas_type: end } = recorded.config_given
  const list = timesteps(edm, {
    num_inference_steps: inferenceSteps(recorded),
    timestep_spacing: 'linspace',
    sigmas: curve as 'karras' | 'exponential',
  })
  return {
    schedule: edm,
    transitions: replaceTimes(
      noiseTime,
      end === 'sigma_min'
        ? { ...list, tPrev: list.tPrev.map((s) => (s === -1 ? 0.002 : s)) }
        : list,
    ),
  }
}

/**
 * Replaces the times that the model receives, for schedules whose time is σ; the levels are
 * unchanged.
 */
const replaceTimes = (told: (sigma: number) => number, { t, tPrev }: Transitions): Transitions => {
  const ratio = (list: Float64Array) => list.map((sigma) => Math.max(sigma, 0))
  return {
    t: t.map(told),
    tPrev: tPrev.map((sigma) => (sigma > 0 ? told(sigma) : -1)),
    ratio: ratio(t),
    ratioPrev: ratio(tPrev),
  }
}

/** A subset of the levels of the training. */
const consistency: Family = (recorded) => {
  const count = recorded.config_given.num_train_timesteps ?? 40
  const levels = spaceSigmas('karras', count, { min: 0.002, max: 80 })
  const n = recorded.num_inference_steps
  const places =
    n === null
      ? recorded.set_timesteps_kwargs.timesteps!
      : Array.from({ length: n }, (_, i) => (n - 1 - i) * Math.floor(count / n))
  // Indices count from pure noise and are visited in reverse order.
  const sigmas = [...places].reverse().map((place) => levels[place])
  return {
    schedule: edm,
    transitions: replaceTimes((sigma) => 250 * Math.log(sigma), explicitTransitions(sigmas, 0.002)),
  }
}

/** Levels on the arc α = cos, σ = sin; the time is the angle. */
const arc: Family = (recorded) => {
  const n = inferenceSteps(recorded)
  const rounded = recorded.float32 ? Math.fround : (value: number) => value
  const angles = Array.from({ length: n }, (_, i) => {
    const sigma = rounded(rounded(Math.sin(rounded(rounded(1 - i / n) * Math.PI) / 2)) ** 2)
    return Math.atan2(sigma, rounded(Math.sqrt(rounded(1 - rounded(sigma ** 2)))))
  })
  const ratio = Float64Array.from(angles, Math.tan)
  const list = explicitTransitions(angles.map((angle) => (2 * angle) / Math.PI))
  return {
    schedule: vp,
    transitions: { ...list, ratio, ratioPrev: Float64Array.of(...ratio.slice(1), 0) },
  }
}

const vp: VPSchedule = { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 }

/** LCM and TCD: a subset of the steps of a distilled solver. */
const distilled =
  (end: -1 | 0): Family =>
  (recorded) => {
    const schedule = createTable(recorded, { beta_schedule: 'scaled_linear', ...SMALL_ENDS })
    const given = recorded.set_timesteps_kwargs.timesteps
    if (given) return { schedule, transitions: explicitTransitions(given, end) }
    const list = timesteps(schedule, {
      num_inference_steps: inferenceSteps(recorded),
      timestep_spacing: 'lcm',
    })
    return { schedule, transitions: end === 0 ? toSmallest(list) : list }
  }

/** DDIM inversion evaluates the model at the end of a step, not at its start. */
const ddimUpward: Family = (recorded) => {
  const { schedule, transitions: down } = leading('stride')(recorded)
  const back = (list: Float64Array) => Float64Array.from([...list].reverse())
  const [t, from] = [back(down.t), back(down.tPrev)]
  const ratio = (list: Float64Array) => getRatios(levelsAt(schedule, { t: list }))
  return { schedule, transitions: { t, tPrev: t, ratio: ratio(from), ratioPrev: ratio(t) } }
}

const solverUpward: Family = (recorded) => {
  const { schedule, transitions } = intervals('sigma_min')(recorded)
  return { schedule, transitions: flipTimesteps(transitions) }
}

const families: Record<string, Family> = {
  CMStochasticIterativeScheduler: consistency,
  DDIMInverseScheduler: ddimUpward,
  DDIMScheduler: leading('stride'),
  DDPMScheduler: leading('next_in_list'),
  DEISMultistepScheduler: intervals('sigma_min'),
  DPMSolverMultistepInverseScheduler: solverUpward,
  DPMSolverMultistepScheduler: intervals(),
  DPMSolverSinglestepScheduler: intervals(),
  EDMDPMSolverMultistepScheduler: edmSigmas,
  EDMEulerScheduler: edmSigmas,
  EulerAncestralDiscreteScheduler: betweenTimesteps(),
  EulerDiscreteScheduler: betweenTimesteps(),
  FlowMatchEulerDiscreteScheduler: flowMatching,
  FlowMatchHeunDiscreteScheduler: flowMatching,
  FlowMatchLCMScheduler: flowMatching,
  HeunDiscreteScheduler: betweenTimesteps(SMALL_ENDS),
  IPNDMScheduler: arc,
  KDPM2AncestralDiscreteScheduler: betweenTimesteps(SMALL_ENDS, true),
  KDPM2DiscreteScheduler: betweenTimesteps(SMALL_ENDS, true),
  LCMScheduler: distilled(-1),
  LMSDiscreteScheduler: betweenTimesteps(),
  PNDMScheduler: leading('stride', false),
  RePaintScheduler: leading('next_in_list'),
  SASolverScheduler: intervals('sigma_min'),
  TCDScheduler: distilled(0),
  UniPCMultistepScheduler: intervals(),
}

export const schedulerNames = Object.keys(families)

/**
 * Returns the range of recorded entries of each of our steps, without `after`. Heun and KDPM2 have
 * two entries per step (the second evaluation). PNDM has four for each of its three warm-up steps
 * or, with `skip_prk_steps`, two for the first step.
 */
export function stepEntries(recorded: SchedulerCase): { first: number; after: number }[] {
  const counts = countEvaluations(recorded)
  let first = 0
  return counts.map((count) => ({ first, after: (first += count) }))
}

function countEvaluations(recorded: SchedulerCase): number[] {
  const name = schedulerName(recorded)
  const entries = recorded.steps.length
  if (/Heun|KDPM2/.test(name)) return [...new Array<number>((entries - 1) / 2).fill(2), 1]
  if (name !== 'PNDMScheduler') return new Array<number>(entries).fill(1)
  const n = inferenceSteps(recorded)
  const warm = recorded.config_given.skip_prk_steps ? [2] : [4, 4, 4]
  return [...warm, ...new Array<number>(n - warm.length).fill(1)]
}
