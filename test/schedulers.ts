// The recorded trajectories of diffusers' schedulers: what was given, what drove them, and whether ours come out the same.
import { expect } from 'vitest'
import { addNoise } from '../src/engine/forward.ts'
import { repaintTransitions } from '../src/engine/samplers/repaint.ts'
import type {
  FlowSchedule,
  Levels,
  Schedule,
  ScheduleName,
  SigmaSchedule,
  TableSchedule,
  VPSchedule,
} from '../src/engine/schedule.ts'
import { levelsAt, noiseSchedule, ratiosOf } from '../src/engine/schedule.ts'
import { shifted, spacedSigmas } from '../src/engine/sigmas.ts'
import type { Tensor } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { TimestepsConfig, Transitions } from '../src/engine/timesteps.ts'
import { flipTimesteps, timesteps } from '../src/engine/timesteps.ts'
import type { PredictionType } from '../src/engine/values.ts'
import { golden } from './golden.ts'

/** A tensor, or of a larger one what is enough to know it by. */
export type Recorded = number[] | { abs_sum: number; abs_mean: number; first8: number[] }

/** What differs from the defaults of the scheduler; what only some of them have is read where it is used. */
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
  /** What the initial tensor is multiplied by. */
  init_noise_sigma: number
  timesteps: number[]
  sigmas?: number[]
  steps: ({ t: number; prev_sample?: number[]; model_output?: number[]; op?: string } & Partial<Exclude<Recorded, number[]>>)[]
  /** By step, in the order in which they were drawn. */
  noise_by_step?: Record<string, number[][]>
  repaint?: { jump_length: number; jump_n_sample: number }
  final_f64: Recorded
  max_abs_diff_f32_vs_f64: number
  max_abs_value: number
  // Of diffusers' own tests:
  /** The step a case begins with, from data noised so far. */
  begins?: number
  /** `into_step`: a step is made from what the model was shown, the scaled x; `none`: the model was shown x as it is. */
  scaling?: 'into_step' | 'none'
  /** How often it goes the whole way, and on from where it came to. */
  rounds?: number
  /** Not recorded: asks {@link transitionsOf} for tables of betas that went through float32, as those of the record did. */
  float32?: true
}

const inputs = golden<{ tensors: Record<string, number[]> }>('schedulers/inputs').tensors

/** The cases of a scheduler by its class name in diffusers. */
export const casesOf = <Case extends SchedulerCase = SchedulerCase>(scheduler: string): Case[] =>
  golden<{ cases: Case[] }>(`schedulers/${scheduler}`).cases

/** Input tensors that the cases share: x_a, x_b, img_a, mask_a, ... in one shape. */
export const sharedInput = (name: string, shape: number[]): Tensor => tf.tensor(inputs[name]!, shape)

const tanh = (x: Tensor, t: number) =>
  x
    .mul(0.8)
    .tanh()
    .mul(0.9)
    .add(0.1 * Math.cos(0.01 * t))

/** What the cases predict with: formulas of the model's input (scaled, where the scheduler scales it) and of t. */
export const models = {
  dummy: (x: Tensor, t: number) => x.mul(t / (t + 1)),
  tanh,
  small: (x: Tensor, t: number) =>
    x
      .tanh()
      .mul(0.3)
      .add(0.02 * Math.sin(t) - 0.05),
  /** With a second half of the channels: numbers between -0.5 and 0.5. */
  tanh_lv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.5)], 1),
  /** With a second half of the channels: a variance. */
  tanh_pv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.01).add(0.02)], 1),
}

/** x_T as the scheduler gets it, in its own scale: times `init_noise_sigma`. */
export function initialOf({ initial, shape, init_noise_sigma }: SchedulerCase): Tensor {
  const x = initial === 'dummy_sample_deter' ? dummySample(shape) : sharedInput(initial, shape)
  return x.mul(init_noise_sigma)
}

/** Where a case begins, at this level, in our scale; `scale` as in {@link Driven}. */
export const startOf = (recorded: SchedulerCase, at: Levels, scale = 1): Tensor =>
  recorded.begins === undefined
    ? initialOf(recorded).mul(scale)
    : addNoise(initialOf(recorded), dummySample(recorded.shape, tf.reverse), at)

/** What diffusers' own tests begin with, and, in reverse order, their noise: k / n, the item counting fastest. */
function dummySample([items, ...rest]: number[], order = (x: Tensor) => x): Tensor {
  const n = rest.reduce((product, size) => product * size, items!)
  return order(tf.range(0, n))
    .reshape([...rest, items!])
    .div(n)
    .transpose([rest.length, ...rest.keys()])
}

/** The tensors that were drawn in step i. */
export const noisesOf = ({ noise_by_step, shape }: SchedulerCase, i: number): Tensor[] =>
  (noise_by_step?.[i] ?? []).map((values) => tf.tensor(values, shape))

/** Ten times the drift of torch's own float32 from its float64, and never less than float32 can tell. */
export const toleranceOf = ({ max_abs_diff_f32_vs_f64, max_abs_value }: SchedulerCase): number =>
  Math.max(10 * max_abs_diff_f32_vs_f64, 1e-6 * max_abs_value)

/** What x was after step i. */
export function frameOf({ steps }: SchedulerCase, i: number): Recorded {
  const { prev_sample, abs_sum, abs_mean, first8 } = steps[i]!
  return prev_sample ?? { abs_sum: abs_sum!, abs_mean: abs_mean!, first8: first8! }
}

const farthest = (found: ArrayLike<number>, wanted: number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value)))

export function expectClose(found: Float32Array, wanted: Recorded, tolerance: number) {
  if (Array.isArray(wanted)) {
    expect(found.length).toBe(wanted.length)
    return expect(farthest(found, wanted)).toBeLessThanOrEqual(tolerance)
  }
  expect(farthest(found, wanted.first8)).toBeLessThanOrEqual(tolerance)
  const absSum = found.reduce((sum, value) => sum + Math.abs(value), 0)
  expect(Math.abs(absSum / found.length - wanted.abs_mean)).toBeLessThanOrEqual(tolerance)
}

/** Every frame of a trajectory, one a recorded step, and the last again in float64. Disposes of them. */
export async function expectTrajectory(recorded: SchedulerCase, frames: Tensor[], tolerance = toleranceOf(recorded)) {
  expect(frames.length).toBe(recorded.steps.length)
  for (const [i, frame] of frames.entries()) expectClose((await frame.data()) as Float32Array, frameOf(recorded, i), tolerance)
  expectClose((await frames.at(-1)!.data()) as Float32Array, recorded.final_f64, tolerance)
  frames.forEach((frame) => frame.dispose())
}

// ---- which levels they visit

/** What our samplers are given to do the same. */
export interface Driven {
  schedule: Schedule
  /** One a step: {@link entriesOf} says which recorded entries belong to it. `t` is what the model is told. */
  transitions: Transitions
  /**
   * What an x of theirs is multiplied by to be ours, at a level. Those of diffusers that count in σ keep x / α = x_0 + (σ / α) ε
   * where ours keep x = α x_0 + σ ε; here, and nowhere else, is that told apart. The model sees ours in any case.
   */
  scale: (at: Levels) => number
}

/** The schedule, the transitions and the scale of x of a recorded case. */
export function transitionsOf(recorded: SchedulerCase): Driven {
  const driven = families[schedulerOf(recorded)]!(recorded)
  return { scale: () => 1, ...driven }
}

export const schedulerOf = ({ id }: SchedulerCase) => id.split('/')[0]!

type Family = (recorded: SchedulerCase) => Omit<Driven, 'scale'> & Partial<Driven>

const SMALL_ENDS = { beta_start: 0.00085, beta_end: 0.012 }

function tableOf({ config_given: given, float32 }: SchedulerCase, defaults: SchedulerConfig = {}): TableSchedule {
  const config = { ...defaults, ...given }
  const schedule = noiseSchedule({
    name: config.beta_schedule ?? 'linear',
    T: config.num_train_timesteps ?? 1000,
    betaStart: config.beta_start,
    betaEnd: config.beta_end,
    rescaleBetasZeroSnr: config.rescale_betas_zero_snr,
  })
  return float32 ? throughFloat32(schedule) : schedule
}

/** 1 - ᾱ_0 keeps a few digits alone, and with it all that is spaced from there. */
function throughFloat32(schedule: TableSchedule): TableSchedule {
  let signal = 1
  return { ...schedule, alphaBar: schedule.betas.map((beta) => Math.fround((signal *= Math.fround(1 - Math.fround(beta))))) }
}

/** Those that count in σ leave 2^-24 of signal where there should be none. */
function almostZeroSnr(schedule: TableSchedule): TableSchedule {
  const alphaBar = schedule.alphaBar.map((signal, t) => (t === schedule.T - 1 ? signal || 2 ** -24 : signal))
  return { ...schedule, alphaBar }
}

const stepsOf = ({ num_inference_steps: n }: SchedulerCase) => n!

/** A last step to -1 goes to the smallest noise instead: `set_alpha_to_one: false`, `final_sigmas_type: sigma_min`. */
const toSmallest = ({ t, tPrev, ratio, ratioPrev }: Transitions): Transitions => ({
  t,
  tPrev: tPrev.map((step) => Math.max(step, 0)),
  // Of levels by a curve it is the last level once more.
  ...(ratio && ratioPrev && { ratio, ratioPrev: ratioPrev.map((value) => value || ratio.at(-1)!) }),
})

/** Lists given by hand have the next entry as their t_prev. */
const byHand = (t: readonly number[], end = -1): Transitions => ({
  t: Float64Array.from(t),
  tPrev: Float64Array.from([...t.slice(1), end]),
})

const curveOf = (config: SchedulerConfig): Pick<TimestepsConfig, 'sigmas' | 'sigma_min' | 'sigma_max'> => ({
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

/** DDPM, DDIM, PNDM, RePaint: whole timesteps. */
function leading(previous: 'next_in_list' | 'stride', toOne = true): Family {
  return (recorded) => {
    const { config_given: config, set_timesteps_kwargs: given, repaint } = recorded
    const schedule = tableOf(recorded)
    if (given.timesteps) return { schedule, transitions: byHand(given.timesteps) }
    const list = timesteps(schedule, {
      num_inference_steps: stepsOf(recorded),
      timestep_spacing: config.timestep_spacing ?? 'leading',
      steps_offset: config.steps_offset,
      previous,
    })
    if (repaint) return { schedule, transitions: repaintTransitions(list, repaint.jump_length, repaint.jump_n_sample) }
    return { schedule, transitions: (config.set_alpha_to_one ?? toOne) ? list : toSmallest(list) }
  }
}

/** Euler, Heun, LMS, KDPM2: n levels, between timesteps, and x / α. */
function betweenTimesteps(defaults: SchedulerConfig = {}, wholeCurves = false): Family {
  return (recorded) => {
    const config = recorded.config_given
    const schedule = almostZeroSnr(tableOf(recorded, defaults))
    const n = stepsOf(recorded)
    const curve = curveOf(config)
    const list = timesteps(schedule, {
      num_inference_steps: n,
      timestep_spacing: config.timestep_spacing ?? 'linspace',
      steps_offset: config.steps_offset,
      quantize: wholeCurves && curve.sigmas !== 'schedule',
      ...curve,
    })
    const exact = config.final_sigmas_type === 'sigma_min' ? toSmallest(list) : list
    const ended = recorded.float32 ? roundedTo32(exact, schedule) : exact
    return { schedule, transitions: toldOtherwise(ended, config, schedule), scale: ({ alpha }) => alpha[0]! }
  }
}

/** The same σ / α, rounded. */
function roundedTo32(list: Transitions, schedule: Schedule): Transitions {
  const ratios = (t: Float64Array, ratio?: Float64Array) =>
    ratiosOf(levelsAt(schedule, { t, ...(ratio && { ratio }) })).map(Math.fround)
  return { ...list, ratio: ratios(list.t, list.ratio), ratioPrev: ratios(list.tPrev, list.ratioPrev) }
}

/** Two oddities of Euler: levels that are not those of its timesteps, and times of EDM. */
function toldOtherwise(list: Transitions, config: SchedulerConfig, schedule: Schedule): Transitions {
  if (config.interpolation_type === 'log_linear') {
    const [min, max] = ratiosOf(levelsAt(schedule, { t: Float64Array.of(0, 999) }))
    const levels = Float64Array.from(spacedSigmas('exponential', list.t.length + 1, { min: min!, max: max! }))
    return { ...list, ratio: levels.slice(0, -1), ratioPrev: levels.slice(1) }
  }
  return config.timestep_type === 'continuous' ? { ...list, t: list.ratio!.map(noiseTime) } : list
}

/** c_noise of Karras et al. 2022, table 1. */
const noiseTime = (sigma: number) => Math.log(sigma) / 4

/** DPM-Solver, DEIS, UniPC, SA-Solver: n intervals between n + 1 levels, whole timesteps. */
function intervals(end: 'zero' | 'sigma_min' = 'zero'): Family {
  return (recorded) => {
    const config = recorded.config_given
    if (config.use_flow_sigmas) return flowOfSolver(recorded)
    const curve = curveOf(config)
    const schedule = almostZeroSnr(tableOf(recorded))
    const list = timesteps(schedule, {
      num_inference_steps: stepsOf(recorded),
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

/** Times of these curves are cut off, not rounded, after an error of rounding that takes them below what they should be. */
const cutOff = (config: SchedulerConfig) => Boolean(config.use_exponential_sigmas || config.use_beta_sigmas)
const whole = (t: number) => Math.max(0, Math.floor(t - 1e-4))

/** The solvers have two ways to list the levels of a flow; neither begins at noise alone. */
function flowOfSolver(recorded: SchedulerCase): ReturnType<Family> {
  const shift = recorded.config_given.flow_shift as number
  const n = stepsOf(recorded)
  const unipc = schedulerOf(recorded).startsWith('UniPC')
  const { t } = timesteps(flow, {
    num_inference_steps: n + 1,
    timestep_spacing: 'linspace',
    ...(unipc ? { shift } : { shift, sigma_max: 0.999, sigma_min: 1e-12 }),
  })
  const levels = t.slice(0, n).map((time) => Math.min(time, unipc ? flow.T * (1 - 1e-6) : flow.T))
  const ratio = levels.map((time) => time / (flow.T - time))
  const told = levels.map(Math.floor)
  return { schedule: flow, transitions: { ...byHand([...told]), ratio, ratioPrev: Float64Array.of(...ratio.slice(1), 0) } }
}

const flow: FlowSchedule = { kind: 'flow', name: 'flow', T: 1000 }

const flowMatching: Family = (recorded) => {
  const config = recorded.config_given
  const mu = recorded.set_timesteps_kwargs.mu as number | undefined
  const shift =
    mu === undefined ? ((config.shift as number | undefined) ?? 1) : config.time_shift_type === 'linear' ? mu : Math.exp(mu)
  const list = timesteps(flow, {
    num_inference_steps: stepsOf(recorded),
    timestep_spacing: 'linspace',
    shift,
    shift_terminal: config.shift_terminal as number | undefined,
    ...curveOf(config),
    // Theirs is shifted twice, unless the shift is known late.
    ...(mu === undefined && { sigma_min: shifted(1e-3, shift) }),
  })
  if (!config.invert_sigmas) return { schedule: flow, transitions: list }
  return {
    schedule: flow,
    transitions: byHand(
      [...list.t].map((t) => flow.T - t),
      flow.T,
    ),
  }
}

const edm: SigmaSchedule = { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 }

/** x as it is, and c_noise for a time. */
const edmSigmas: Family = (recorded) => {
  const { sigma_schedule: curve = 'karras', final_sigmas_type: end } = recorded.config_given
  const list = timesteps(edm, {
    num_inference_steps: stepsOf(recorded),
    timestep_spacing: 'linspace',
    sigmas: curve as 'karras' | 'exponential',
  })
  return {
    schedule: edm,
    transitions: toldAs(
      noiseTime,
      end === 'sigma_min' ? { ...list, tPrev: list.tPrev.map((s) => (s === -1 ? 0.002 : s)) } : list,
    ),
  }
}

/** The same levels, of which the model is told otherwise; for schedules whose time is σ. */
const toldAs = (told: (sigma: number) => number, { t, tPrev }: Transitions): Transitions => {
  const ratio = (list: Float64Array) => list.map((sigma) => Math.max(sigma, 0))
  return { t: t.map(told), tPrev: tPrev.map((sigma) => (sigma > 0 ? told(sigma) : -1)), ratio: ratio(t), ratioPrev: ratio(tPrev) }
}

/** Some of the levels of the training. */
const consistency: Family = (recorded) => {
  const count = recorded.config_given.num_train_timesteps ?? 40
  const levels = spacedSigmas('karras', count, { min: 0.002, max: 80 })
  const n = recorded.num_inference_steps
  const places =
    n === null
      ? recorded.set_timesteps_kwargs.timesteps!
      : Array.from({ length: n }, (_, i) => (n - 1 - i) * Math.floor(count / n))
  // Places count from the noise, and are gone through from the last one back.
  const sigmas = [...places].reverse().map((place) => levels[place]!)
  return { schedule: edm, transitions: toldAs((sigma) => 250 * Math.log(sigma), byHand(sigmas, 0.002)) }
}

/** Levels on the arc α = cos, σ = sin; the time is its angle. */
const arc: Family = (recorded) => {
  const n = stepsOf(recorded)
  const rounded = recorded.float32 ? Math.fround : (value: number) => value
  const angles = Array.from({ length: n }, (_, i) => {
    const sigma = rounded(rounded(Math.sin(rounded(rounded(1 - i / n) * Math.PI) / 2)) ** 2)
    return Math.atan2(sigma, rounded(Math.sqrt(rounded(1 - rounded(sigma ** 2)))))
  })
  const ratio = Float64Array.from(angles, Math.tan)
  const list = byHand(angles.map((angle) => (2 * angle) / Math.PI))
  return { schedule: vp, transitions: { ...list, ratio, ratioPrev: Float64Array.of(...ratio.slice(1), 0) } }
}

const vp: VPSchedule = { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 }

/** LCM and TCD: some of the steps of a distilled solver. */
const distilled =
  (end: -1 | 0): Family =>
  (recorded) => {
    const schedule = tableOf(recorded, { beta_schedule: 'scaled_linear', ...SMALL_ENDS })
    const given = recorded.set_timesteps_kwargs.timesteps
    if (given) return { schedule, transitions: byHand(given, end) }
    const list = timesteps(schedule, { num_inference_steps: stepsOf(recorded), timestep_spacing: 'lcm' })
    return { schedule, transitions: end === 0 ? toSmallest(list) : list }
  }

/** DDIM upward asks the model where a step leads to, not where it begins. */
const ddimUpward: Family = (recorded) => {
  const { schedule, transitions: down } = leading('stride')(recorded)
  const back = (list: Float64Array) => Float64Array.from([...list].reverse())
  const [t, from] = [back(down.t), back(down.tPrev)]
  const ratio = (list: Float64Array) => ratiosOf(levelsAt(schedule, { t: list }))
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
 * The recorded entries of each of our steps, `first` included, `after` not. Heun and KDPM2 have two entries a step (the second
 * evaluation), PNDM four for each of its three warm-up steps, or a second for its first.
 */
export function entriesOf(recorded: SchedulerCase): { first: number; after: number }[] {
  const counts = evaluationsOf(recorded)
  let first = 0
  return counts.map((count) => ({ first, after: (first += count) }))
}

function evaluationsOf(recorded: SchedulerCase): number[] {
  const name = schedulerOf(recorded)
  const entries = recorded.steps.length
  if (/Heun|KDPM2/.test(name)) return [...new Array<number>((entries - 1) / 2).fill(2), 1]
  if (name !== 'PNDMScheduler') return new Array<number>(entries).fill(1)
  const n = stepsOf(recorded)
  const warm = recorded.config_given.skip_prk_steps ? [2] : [4, 4, 4]
  return [...warm, ...new Array<number>(n - warm.length).fill(1)]
}
