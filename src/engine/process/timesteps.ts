// Timesteps of samplers, as lists of transitions t -> t_prev.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { respacedTimesteps, roundHalfEven } from './respacing.ts'
import type { Schedule, TableSchedule, Times } from './schedule.ts'
import { levelsAt, levelsAtRatio, getRatios, requireTable } from './schedule.ts'
import type { SigmaRange } from './sigmas.ts'
import { shiftLevel, sigmaCurves, spaceSigmas, stretchLevels } from './sigmas.ts'

export const spacings = ['leading', 'trailing', 'linspace', 'lcm'] as const
export type Spacing = (typeof spacings)[number]

/** Transitions from t[i] to tPrev[i], in order; -1 is clean data. */
export interface Transitions {
  t: Float64Array
  tPrev: Float64Array
  /** σ / α at each t and t_prev, if it differs from that of the schedule: see `Times`. */
  ratio?: Float64Array
  ratioPrev?: Float64Array
  /** Factor that scales standard normal noise to the first level, for unscaled data. Default 1. */
  initNoiseSigma?: number
  /** The last timesteps before these, in order, if these are the rest of a longer list. */
  skipped?: Times
}

/** The start and the end of transition i. */
export function getTransition(
  { t, tPrev, ratio, ratioPrev }: Transitions,
  i: number,
): { from: Times; to: Times } {
  const one = (values: Float64Array) => values.slice(i, i + 1)
  return {
    from: { t: one(t), ...(ratio && { ratio: one(ratio) }) },
    to: { t: one(tPrev), ...(ratioPrev && { ratio: one(ratioPrev) }) },
  }
}

export interface TimestepsConfig {
  num_inference_steps: number
  /**
   * Spacing of the timesteps of a table. In continuous time `leading` is the same as `trailing`:
   * both are T, T (n - 1) / n, ..., T / n.
   */
  timestep_spacing: Spacing
  /** Added to every timestep of the spacing `leading`; 1 in Stable Diffusion. */
  steps_offset?: number
  /** `lcm`: number of steps of the distilled solver, from which the timesteps are selected. */
  original_inference_steps?: number
  /** Sections of a table, instead of a number of steps and a spacing: see `respacedTimesteps`. */
  timestep_respacing?: string
  /** Omits timesteps of a table with log α / σ below this, where a cosine has almost no signal. */
  lambda_min_clipped?: number
  /**
   * Curve of noise levels from the highest to the lowest, instead of the spacing. `schedule`: none.
   */
  sigmas?: SigmaSpacing
  /** Exponent of the curves karras and polyexponential. */
  rho?: number
  /** Range of σ / α (flow: of σ); 0 or undefined: that of the schedule. */
  sigma_min?: number
  sigma_max?: number
  /** Shifts the levels of a flow towards noise: see `shiftLevel`. */
  shift?: number
  /** Stretches the levels of a flow so that this is the last; 0 or undefined: no stretching. */
  shift_terminal?: number
  /**
   * False: timesteps of a table may be fractional, as in k-diffusion and diffusers' Euler. Default
   * true.
   */
  quantize?: boolean
  /**
   * `points`: n levels, ending with the smallest. `intervals`: n + 1 levels without the last one,
   * as in DPM-Solver, so that no step starts at the smallest. The spacing `trailing` always uses
   * intervals.
   */
  count?: 'points' | 'intervals'
  /**
   * `clean`: the last transition ends at clean data, -1. `smallest`: it ends at the lowest noise
   * level, t = 0 in a table, so that steps with a second evaluation at t_prev never evaluate the
   * model at -1. A last transition that starts there is omitted.
   */
  end?: 'clean' | 'smallest'
  /**
   * `next_in_list`: each t_prev is the next t, as in diffusers' DDPM. `stride` (tables only): t - T
   * // n for every spacing, as in diffusers' DDIM; t_prev may then differ from the next t, which
   * treats x as if it were at a slightly different level.
   */
  previous?: 'next_in_list' | 'stride'
}

export const sigmaSpacings = ['schedule', ...sigmaCurves] as const
export type SigmaSpacing = (typeof sigmaSpacings)[number]

/**
 * n timesteps of diffusers, descending. Lin et al. 2023, table 2; `lcm`: Luo et al. 2023, section
 * 4.3.
 */
const lists: { [K in Spacing]: (T: number, n: number, config: TimestepsConfig) => number[] } = {
  leading: (T, n, { steps_offset = 0, count }) => {
    const stride = Math.floor(T / (count === 'intervals' ? n + 1 : n))
    return Array.from(
      { length: n },
      (_, i) => (n - 1 - i + (count === 'intervals' ? 1 : 0)) * stride + steps_offset,
    )
  },
  trailing: (T, n) => Array.from({ length: n }, (_, i) => roundHalfEven(T - (i * T) / n) - 1),
  linspace: (T, n, { count, quantize = true }) => {
    const list = descending(T - 1, 0, n, count)
    return quantize ? list.map(roundHalfEven) : list
  },
  lcm: (T, n, { original_inference_steps: origin = 50 }) => {
    const stride = Math.floor(T / origin)
    return Array.from({ length: n }, (_, i) => (origin - Math.floor((i * origin) / n)) * stride - 1)
  },
}

/**
 * n evenly spaced numbers from `top`. The last is `bottom`; with `intervals`, `bottom` would be the
 * next. A single one is `top`.
 */
const descending = (
  top: number,
  bottom: number,
  n: number,
  count: TimestepsConfig['count'],
): number[] => {
  const pieces = count === 'intervals' ? n : n - 1
  return Array.from({ length: n }, (_, i) => (i === 0 ? top : top + (i / pieces) * (bottom - top)))
}

/** Levels in the order of the steps, and the smallest level. */
interface SampledLevels {
  levels: Times
  smallest: Times
}

/**
 * The transitions of a sampler with `num_inference_steps` steps over the schedule. Throws
 * EngineError if there are more steps than timesteps, or if a timestep or level is outside the
 * schedule.
 */
export function timesteps(schedule: Schedule, config: TimestepsConfig): Transitions {
  checkShift(schedule, config)
  const { num_inference_steps: n, sigmas = 'schedule' } = config
  if (!Number.isInteger(n) || n < 1) {
    throw new EngineError(processMessages.stepCount, { argument: 'num_inference_steps', count: n })
  }
  const way =
    schedule.kind === 'table' && sigmas === 'schedule'
      ? tableLevels(schedule, config)
      : sigmaLevels(schedule, config)
  const list = toTransitions(schedule, way, config)
  return schedule.kind === 'sigma' ? { ...list, initNoiseSigma: way.levels.t[0] } : list
}

function toTransitions(
  schedule: Schedule,
  way: SampledLevels,
  config: TimestepsConfig,
): Transitions {
  const { num_inference_steps: n, end = 'clean', previous = 'next_in_list' } = config
  const list = linkLevels(way.levels, end === 'clean' ? CLEAN : way.smallest)
  if (previous === 'next_in_list' || list.ratio)
    return end === 'clean' ? list : dropEmptyTransition(list)
  const { T } = requireTable(schedule)
  const strided = { t: list.t, tPrev: list.t.map((t) => Math.max(-1, t - Math.floor(T / n))) }
  return end === 'clean' ? strided : replaceClean([...strided.t], [...strided.tPrev])
}

const CLEAN: Times = { t: Float64Array.of(-1), ratio: Float64Array.of(0) }

/** Transitions from each level to the next, and from the last to `end`. */
function linkLevels({ t, ratio }: Times, end: Times): Transitions {
  const next = (list: Float64Array, last: Float64Array) =>
    Float64Array.of(...list.subarray(1), ...last)
  return {
    t,
    tPrev: next(t, end.t),
    ...(ratio && end.ratio && { ratio, ratioPrev: next(ratio, end.ratio) }),
  }
}

/** Removes the last transition if it starts where it ends. */
function dropEmptyTransition(list: Transitions): Transitions {
  const last = list.t.length - 1
  const stays = list.ratio
    ? list.ratio[last] <= list.ratioPrev![last]
    : list.t[last] <= list.tPrev[last]
  return stays ? mapLists(list, (values) => values.slice(0, -1)) : list
}

function tableLevels(schedule: TableSchedule, config: TimestepsConfig): SampledLevels {
  const { num_inference_steps: n, timestep_spacing: spacing, timestep_respacing: sections } = config
  const T = countWithSignal(schedule, config.lambda_min_clipped)
  const smallest = { t: Float64Array.of(0) }
  if (sections)
    return { levels: { t: Float64Array.from(respacedTimesteps(T, sections).reverse()) }, smallest }
  const most = spacing === 'lcm' ? Math.min(T, config.original_inference_steps ?? 50) : T
  const least = config.count === 'intervals' && spacing !== 'trailing' && T > 1 ? T - 1 : most
  if (n > least) {
    throw new EngineError(processMessages.stepCountOfSchedule, {
      argument: 'num_inference_steps',
      most: least,
      count: n,
    })
  }
  const t = lists[spacing](T, n, config)
  if (t[0] >= T || t.at(-1)! < 0) throw tableRangeError(T, t[0], config)
  return { levels: { t: Float64Array.from(t) }, smallest }
}

/** The number of timesteps with log α / σ of at least `least`; all if that is undefined. */
function countWithSignal({ T, alphaBar }: TableSchedule, least: number | undefined): number {
  if (least === undefined) return T
  return alphaBar.reduce(
    (count, signal) => count + (0.5 * Math.log(signal / (1 - signal)) >= least ? 1 : 0),
    0,
  )
}

function sigmaLevels(schedule: Schedule, config: TimestepsConfig): SampledLevels {
  const { num_inference_steps: n, count, sigmas = 'schedule', rho, quantize = true } = config
  const range = getSigmaRange(schedule, config)
  const times = (levels: number[]) => timesAtSigmas(schedule, levels, quantize)
  const smallest = times([range.min])
  if (sigmas === 'schedule')
    return { levels: times(naturalSigmas(schedule, range, config)), smallest }
  const points = count === 'intervals' ? n + 1 : n
  return { levels: times(spaceSigmas(sigmas, points, range, rho).slice(0, n)), smallest }
}

/**
 * The lowest and the highest level, as σ / α; for a flow as σ, shifted and stretched. By default
 * the lowest is 1/1000 for a flow, as in diffusers, and that of t = T / 1000 for continuous betas,
 * as in k-diffusion.
 */
function getSigmaRange(
  schedule: Schedule,
  { sigma_min, sigma_max, shift = 1, shift_terminal }: TimestepsConfig,
): SigmaRange {
  const own = getDefaultRange(schedule)
  const [min, max] = [sigma_min || own.min, sigma_max || own.max]
  if (max === Infinity) {
    throw new EngineError(processMessages.infiniteSigma, { argument: 'sigma_max' })
  }
  if (!(min > 0 && min <= max)) {
    throw new EngineError(processMessages.sigmaLimits, {
      argument: 'sigma_min',
      sigmaMin: min,
      sigmaMax: max,
    })
  }
  if (schedule.kind !== 'flow') return { min, max }
  if (max > 1) {
    throw new EngineError(processMessages.sigmaAboveFlow, { argument: 'sigma_max', sigmaMax: max })
  }
  return { min: shift_terminal || shiftLevel(min, shift), max: shiftLevel(max, shift) }
}

function getDefaultRange(schedule: Schedule): SigmaRange {
  const ratio = (t: number) => getRatios(levelsAt(schedule, { t: Float64Array.of(t) }))[0]
  switch (schedule.kind) {
    case 'table':
      return { min: ratio(0), max: ratio(schedule.T - 1) }
    case 'flow':
      return { min: 1e-3, max: 1 }
    case 'sigma':
      return { min: schedule.sigmaMin, max: schedule.sigmaMax }
    case 'vp':
      return { min: ratio(schedule.T / 1000), max: ratio(schedule.T) }
  }
}

/**
 * Default levels of continuous schedules: uniform in time, or Karras et al.'s curve if time is σ.
 */
function naturalSigmas(schedule: Schedule, range: SigmaRange, config: TimestepsConfig): number[] {
  const { num_inference_steps: n, timestep_spacing: spacing, count } = config
  const even = (top: number, bottom: number) =>
    spacing === 'linspace' ? descending(top, bottom, n, count) : descending(top, 0, n, 'intervals')
  switch (schedule.kind) {
    case 'flow':
      return flowSigmas(even, config)
    case 'vp': {
      const [bottom, top] = levelsAtRatio(schedule, Float64Array.of(range.min, range.max)).t
      return [...getRatios(levelsAt(schedule, { t: Float64Array.from(even(top, bottom)) }))]
    }
    default:
      return spaceSigmas('karras', count === 'intervals' ? n + 1 : n, range, config.rho).slice(0, n)
  }
}

/** Uniform in s, then shifted and stretched. */
function flowSigmas(
  even: (top: number, bottom: number) => number[],
  config: TimestepsConfig,
): number[] {
  const { sigma_min, sigma_max, shift = 1, shift_terminal } = config
  const levels = even(sigma_max || 1, sigma_min || 1e-3).map((s) => shiftLevel(s, shift))
  return shift_terminal ? stretchLevels(levels, shift_terminal) : levels
}

/**
 * Times of these levels. In a table the levels are between timesteps: `ratio` is exact, t
 * interpolated.
 */
function timesAtSigmas(schedule: Schedule, sigmas: number[], quantize: boolean): Times {
  if (schedule.kind === 'flow') return { t: Float64Array.from(sigmas, (s) => s * schedule.T) }
  const ratio = Float64Array.from(sigmas)
  const { t } = levelsAtRatio(schedule, ratio)
  return schedule.kind === 'table' ? { t: quantize ? t.map(Math.round) : t, ratio } : { t }
}

function checkShift(schedule: Schedule, { shift = 1, shift_terminal = 0 }: TimestepsConfig) {
  if (schedule.kind === 'flow' && shift > 0 && shift_terminal >= 0 && shift_terminal < 1) return
  if (schedule.kind !== 'flow' && shift === 1 && shift_terminal === 0) return
  const argument = shift === 1 ? 'shift_terminal' : 'shift'
  throw schedule.kind === 'flow'
    ? new EngineError(processMessages.shiftRange, { argument, shift, terminal: shift_terminal })
    : new EngineError(processMessages.shiftWithoutFlow, { argument, schedule: schedule.name })
}

const tableRangeError = (T: number, first: number, config: TimestepsConfig) =>
  config.timestep_spacing === 'lcm'
    ? new EngineError(processMessages.originalSteps, {
        argument: 'original_inference_steps',
        T,
        steps: config.original_inference_steps,
      })
    : new EngineError(processMessages.offset, {
        argument: 'steps_offset',
        last: T - 1,
        first,
        offset: config.steps_offset ?? 0,
      })

/** Replaces -1 by 0, and removes transitions that then start where they end. */
function replaceClean(t: number[], tPrev: number[]): Transitions {
  const raised = (steps: number[]) => Float64Array.from(steps, (step) => Math.max(step, 0))
  const [from, to] = [raised(t), raised(tPrev)]
  const moves = (_: number, i: number) => from[i] !== to[i]
  return { t: from.filter(moves), tPrev: to.filter(moves) }
}

/**
 * Splits the transitions for image-to-image sampling (SDEdit, Meng et al. 2022). `rest` is the last
 * fraction `strength` of them, counted as in diffusers; `skipped` are those before. `at` is the
 * level of noise to add to clean data before `rest`: its first t, or the last t_prev if `rest` is
 * empty.
 */
export function splitTimesteps(
  timesteps: Transitions,
  strength: number,
): { skipped: Transitions; rest: Transitions; at: Times } {
  const { length } = timesteps.t
  const cut = length - Math.min(Math.floor(length * strength), length)
  const part = (from: number, to?: number) => mapLists(timesteps, (list) => list.slice(from, to))
  const begins =
    timesteps.initNoiseSigma === undefined ? {} : { initNoiseSigma: timesteps.initNoiseSigma }
  const nothing: Times = { t: Float64Array.of(-1) }
  const { from, to } = getTransition(timesteps, Math.min(cut, length - 1))
  const [skipped, rest] = [
    { ...part(0, cut), ...begins },
    { ...part(cut), ...(cut === 0 ? begins : {}), ...timesBefore(timesteps, cut) },
  ]
  return { skipped, rest, at: length === 0 ? nothing : cut < length ? from : to }
}

/** Most timesteps before a list that a multistep solver can use. */
const MOST_BEFORE = 3

/** The last timesteps before index `cut`, if there are any. */
function timesBefore({ t, ratio, skipped }: Transitions, cut: number): { skipped?: Times } {
  const last = (earlier: Float64Array | undefined, list: Float64Array) =>
    Float64Array.of(...(earlier ?? []), ...list.subarray(0, cut)).slice(-MOST_BEFORE)
  const before = last(skipped?.t, t)
  if (before.length === 0) return {}
  return { skipped: { t: before, ...(ratio && { ratio: last(skipped?.ratio, ratio) }) } }
}

const mapLists = (
  { t, tPrev, ratio, ratioPrev }: Transitions,
  change: (list: Float64Array) => Float64Array,
): Transitions => ({
  t: change(t),
  tPrev: change(tPrev),
  ...(ratio && ratioPrev && { ratio: change(ratio), ratioPrev: change(ratioPrev) }),
})

/**
 * Reverses the transitions for inversion, from data to noise (Dhariwal & Nichol 2021, appendix F):
 * in reverse order, with t and t_prev exchanged. Models are not defined at -1, so clean data is
 * treated as t = 0, which is a close approximation, and a transition from 0 to 0 is omitted. The
 * reversal is exact for lists that end at `smallest`.
 */
export function flipTimesteps({ t, tPrev, ratio, ratioPrev }: Transitions): Transitions {
  const back = (list: Float64Array) => [...list].reverse()
  if (!ratio || !ratioPrev) return replaceClean(back(tPrev), back(t))
  // A list of custom levels has no t = 0 to replace clean data: omit the transition there instead.
  const kept = (list: Float64Array) =>
    Float64Array.from(back(list.filter((_, i) => ratioPrev[i] > 0)))
  return { t: kept(tPrev), tPrev: kept(t), ratio: kept(ratioPrev), ratioPrev: kept(ratio) }
}
