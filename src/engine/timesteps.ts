// Which levels a sampler visits, as a list of transitions t -> t_prev.
import { NodeError } from './plan/fault.ts'
import { respacedTimesteps, roundHalfEven } from './respacing.ts'
import type { Schedule, TableSchedule, Times } from './schedule.ts'
import { levelsAt, levelsOfRatio, ratiosOf, tableOf } from './schedule.ts'
import type { SigmaRange } from './sigmas.ts'
import { shifted, sigmaCurves, spacedSigmas, stretchedTo } from './sigmas.ts'

export const spacings = ['leading', 'trailing', 'linspace', 'lcm'] as const
export type Spacing = (typeof spacings)[number]

/** From t[i] to tPrev[i], in the order of visiting; -1 is clean data. */
export interface Transitions {
  t: Float64Array
  tPrev: Float64Array
  /** σ / α at each t and t_prev, where it is not what the schedule says of them: see `Times`. */
  ratio?: Float64Array
  ratioPrev?: Float64Array
  /** What standard normal noise is multiplied by to be an x at the first level, where that is not 1: data that is not scaled. */
  initNoiseSigma?: number
}

/** The two ends of transition i. */
export function endsOf({ t, tPrev, ratio, ratioPrev }: Transitions, i: number): { from: Times; to: Times } {
  const one = (values: Float64Array) => values.slice(i, i + 1)
  return {
    from: { t: one(t), ...(ratio && { ratio: one(ratio) }) },
    to: { t: one(tPrev), ...(ratioPrev && { ratio: one(ratioPrev) }) },
  }
}

export interface TimestepsConfig {
  num_inference_steps: number
  /** Over the timesteps of a table; of a continuous time `leading` is `trailing`: both have T, T (n - 1) / n, ..., T / n. */
  timestep_spacing: Spacing
  /** Added to every timestep of the spacing `leading`, as Stable Diffusion does with 1. */
  steps_offset?: number
  /** For the spacing `lcm`: how many steps the distilled solver had, of which these are some. */
  original_inference_steps?: number
  /** Timesteps of a table by sections, in the place of number and spacing: see `respacedTimesteps`. */
  timestep_respacing?: string
  /** Leaves out the timesteps of a table with log α / σ below this, where a cosine has next to no signal. */
  lambda_min_clipped?: number
  /** Noise levels by a curve between the highest and the lowest, in the place of the spacing. `schedule`: none. */
  sigmas?: SigmaSpacing
  /** Of the curves karras and polyexponential. */
  rho?: number
  /** The ends of the levels in terms of σ / α (of a flow: of σ); 0 or undefined: those of the schedule. */
  sigma_min?: number
  sigma_max?: number
  /** Moves the levels of a flow towards noise: see `shifted`. */
  shift?: number
  /** Stretches the levels of a flow so that the last is this; 0 or undefined: not. */
  shift_terminal?: number
  /** False: timesteps of a table keep their fractions, as in k-diffusion and diffusers' Euler. Default: whole ones. */
  quantize?: boolean
  /**
   * `points`: n levels, the last of which the smallest. `intervals`: n + 1, of which the last gives way to the end, as DPM-Solver
   * counts: no step is spent on the smallest. The spacing `trailing` has it so in any case.
   */
  count?: 'points' | 'intervals'
  /**
   * `clean`: the last transition goes to clean data, -1. `smallest`: to the least noise there is, t = 0 in a table, so that a
   * step with a second evaluation at t_prev never asks the model at -1; a last transition that starts there is left out.
   */
  end?: 'clean' | 'smallest'
  /**
   * `next_in_list`: each t_prev is the next t, as diffusers' DDPM. `stride`: t - T // n whatever the spacing, as its
   * DDIM; then a t_prev may differ from the next t, and x is taken to be where it is not quite. For tables.
   */
  previous?: 'next_in_list' | 'stride'
}

export const sigmaSpacings = ['schedule', ...sigmaCurves] as const
export type SigmaSpacing = (typeof sigmaSpacings)[number]

/** The timesteps of diffusers, high to low, n of them. Lin et al. 2023, table 2; `lcm`: Luo et al. 2023, section 4.3. */
const lists: { [K in Spacing]: (T: number, n: number, config: TimestepsConfig) => number[] } = {
  leading: (T, n, { steps_offset = 0, count }) => {
    const stride = Math.floor(T / (count === 'intervals' ? n + 1 : n))
    return Array.from({ length: n }, (_, i) => (n - 1 - i + (count === 'intervals' ? 1 : 0)) * stride + steps_offset)
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

/** n numbers from `top` down: the last is `bottom`, or would be the next. One alone is taken at the noise, not the data. */
const descending = (top: number, bottom: number, n: number, count: TimestepsConfig['count']): number[] => {
  const pieces = count === 'intervals' ? n : n - 1
  return Array.from({ length: n }, (_, i) => (i === 0 ? top : top + (i / pieces) * (bottom - top)))
}

/** Levels in the order of visiting, and where they end. */
interface Way {
  levels: Times
  smallest: Times
}

/**
 * The transitions of a sampler with `num_inference_steps` steps over the schedule. Throws NodeError if there are more
 * steps than timesteps, an offset leads out of the schedule, or a level is asked for that it does not have.
 */
export function timesteps(schedule: Schedule, config: TimestepsConfig): Transitions {
  refuseShift(schedule, config)
  const { num_inference_steps: n, sigmas = 'schedule' } = config
  if (!Number.isInteger(n) || n < 1) throw wrongCount(n, 'above 0', 'Set num_inference_steps to 50, say.')
  const way = schedule.kind === 'table' && sigmas === 'schedule' ? wayOfTable(schedule, config) : wayOfSigmas(schedule, config)
  const list = walked(schedule, way, config)
  return schedule.kind === 'sigma' ? { ...list, initNoiseSigma: way.levels.t[0]! } : list
}

function walked(schedule: Schedule, way: Way, config: TimestepsConfig): Transitions {
  const { num_inference_steps: n, end = 'clean', previous = 'next_in_list' } = config
  const list = joined(way.levels, end === 'clean' ? CLEAN : way.smallest)
  if (previous === 'next_in_list' || list.ratio) return end === 'clean' ? list : moving(list)
  const { T } = tableOf(schedule, 'The stride of diffusers')
  const strided = { t: list.t, tPrev: list.t.map((t) => Math.max(-1, t - Math.floor(T / n))) }
  return end === 'clean' ? strided : aboveClean([...strided.t], [...strided.tPrev])
}

const CLEAN: Times = { t: Float64Array.of(-1), ratio: Float64Array.of(0) }

/** Each level to the next, and the last to `end`. */
function joined({ t, ratio }: Times, end: Times): Transitions {
  const next = (list: Float64Array, last: Float64Array) => Float64Array.of(...list.subarray(1), ...last)
  return {
    t,
    tPrev: next(t, end.t),
    ...(ratio && end.ratio && { ratio, ratioPrev: next(ratio, end.ratio) }),
  }
}

/** Without a last transition that begins where it ends. */
function moving(list: Transitions): Transitions {
  const last = list.t.length - 1
  const stays = list.ratio ? list.ratio[last]! <= list.ratioPrev![last]! : list.t[last]! <= list.tPrev[last]!
  return stays ? mapLists(list, (values) => values.slice(0, -1)) : list
}

function wayOfTable(schedule: TableSchedule, config: TimestepsConfig): Way {
  const { num_inference_steps: n, timestep_spacing: spacing, timestep_respacing: sections } = config
  const T = withSignal(schedule, config.lambda_min_clipped)
  const smallest = { t: Float64Array.of(0) }
  if (sections) return { levels: { t: Float64Array.from(respacedTimesteps(T, sections).reverse()) }, smallest }
  const most = spacing === 'lcm' ? Math.min(T, config.original_inference_steps ?? 50) : T
  const least = config.count === 'intervals' && spacing !== 'trailing' && T > 1 ? T - 1 : most
  if (n > least)
    throw wrongCount(n, `from 1 to ${least}, the timesteps of the schedule`, `Lower num_inference_steps to ${least} or less.`)
  const t = lists[spacing](T, n, config)
  if (t[0]! >= T || t.at(-1)! < 0) throw outOfTable(T, t[0]!, config)
  return { levels: { t: Float64Array.from(t) }, smallest }
}
/** How many timesteps have log α / σ of at least `least`; all, where that is undefined. */
function withSignal({ T, alphaBar }: TableSchedule, least: number | undefined): number {
  if (least === undefined) return T
  return alphaBar.reduce((count, signal) => count + (0.5 * Math.log(signal / (1 - signal)) >= least ? 1 : 0), 0)
}

function wayOfSigmas(schedule: Schedule, config: TimestepsConfig): Way {
  const { num_inference_steps: n, count, sigmas = 'schedule', rho, quantize = true } = config
  const range = rangeOf(schedule, config)
  const times = (levels: number[]) => timesOfSigmas(schedule, levels, quantize)
  const smallest = times([range.min])
  if (sigmas === 'schedule') return { levels: times(naturalSigmas(schedule, range, config)), smallest }
  const points = count === 'intervals' ? n + 1 : n
  return { levels: times(spacedSigmas(sigmas, points, range, rho).slice(0, n)), smallest }
}

/**
 * The lowest and the highest level: σ / α, of a flow σ itself, there shifted and stretched. A flow is not asked below 1/1000, as
 * in diffusers, nor the continuous limit of betas below t = T / 1000, as in k-diffusion.
 */
function rangeOf(schedule: Schedule, { sigma_min, sigma_max, shift = 1, shift_terminal }: TimestepsConfig): SigmaRange {
  const own = ownRange(schedule)
  const [min, max] = [sigma_min || own.min, sigma_max || own.max]
  if (max === Infinity) throw endless()
  if (!(min > 0 && min <= max)) throw wrongRange(min, max)
  if (schedule.kind !== 'flow') return { min, max }
  if (max > 1) throw aboveFlow(max)
  return { min: shift_terminal || shifted(min, shift), max: shifted(max, shift) }
}

function ownRange(schedule: Schedule): SigmaRange {
  const ratio = (t: number) => ratiosOf(levelsAt(schedule, { t: Float64Array.of(t) }))[0]!
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

/** What belongs to a continuous schedule: even steps of its time; of one whose time is σ, the curve of Karras et al. */
function naturalSigmas(schedule: Schedule, range: SigmaRange, config: TimestepsConfig): number[] {
  const { num_inference_steps: n, timestep_spacing: spacing, count } = config
  const even = (top: number, bottom: number) =>
    spacing === 'linspace' ? descending(top, bottom, n, count) : descending(top, 0, n, 'intervals')
  switch (schedule.kind) {
    case 'flow':
      return flowSigmas(even, config)
    case 'vp': {
      const [bottom, top] = levelsOfRatio(schedule, Float64Array.of(range.min, range.max)).t
      return [...ratiosOf(levelsAt(schedule, { t: Float64Array.from(even(top!, bottom!)) }))]
    }
    default:
      return spacedSigmas('karras', count === 'intervals' ? n + 1 : n, range, config.rho).slice(0, n)
  }
}

/** Even in s, then shifted and stretched. */
function flowSigmas(even: (top: number, bottom: number) => number[], config: TimestepsConfig): number[] {
  const { sigma_min, sigma_max, shift = 1, shift_terminal } = config
  const levels = even(sigma_max || 1, sigma_min || 1e-3).map((s) => shifted(s, shift))
  return shift_terminal ? stretchedTo(levels, shift_terminal) : levels
}

/** In a table they lie between timesteps: then the level is what is asked for, and t what the model is told of it. */
function timesOfSigmas(schedule: Schedule, sigmas: number[], quantize: boolean): Times {
  if (schedule.kind === 'flow') return { t: Float64Array.from(sigmas, (s) => s * schedule.T) }
  const ratio = Float64Array.from(sigmas)
  const { t } = levelsOfRatio(schedule, ratio)
  return schedule.kind === 'table' ? { t: quantize ? t.map(Math.round) : t, ratio } : { t }
}

function refuseShift(schedule: Schedule, { shift = 1, shift_terminal = 0 }: TimestepsConfig) {
  if (schedule.kind === 'flow' && shift > 0 && shift_terminal >= 0 && shift_terminal < 1) return
  if (schedule.kind !== 'flow' && shift === 1 && shift_terminal === 0) return
  throw new NodeError({
    param: shift === 1 ? 'shift_terminal' : 'shift',
    message:
      schedule.kind === 'flow'
        ? `Expected a shift above 0 and a shift_terminal below 1, got ${shift} and ${shift_terminal}.`
        : `"${schedule.name}" is no flow, and nothing else can be shifted.`,
    cure: 'Set shift to 1 and shift_terminal to 0, which change nothing.',
  })
}

const wrongCount = (n: number, range: string, cure: string) =>
  new NodeError({ param: 'num_inference_steps', message: `Expected a whole number of steps ${range}, got ${n}.`, cure })

const outOfTable = (T: number, first: number, { timestep_spacing, steps_offset = 0 }: TimestepsConfig) =>
  timestep_spacing === 'lcm'
    ? new NodeError({
        param: 'original_inference_steps',
        message: `Expected at most ${T} original steps, one for each timestep of the schedule, which the list leaves.`,
        cure: `Lower original_inference_steps to ${T} or less.`,
      })
    : new NodeError({
        param: 'steps_offset',
        message: `Expected timesteps up to ${T - 1}, but the offset ${steps_offset} makes the first ${first}.`,
        cure: 'Lower steps_offset or num_inference_steps.',
      })

const endless = () =>
  new NodeError({
    param: 'sigma_max',
    message: 'The schedule has no signal at its last timestep: its highest σ is infinite, and no curve begins there.',
    cure: 'Set sigma_max (80, say), or sigmas to schedule.',
  })

const wrongRange = (min: number, max: number) =>
  new NodeError({
    param: 'sigma_min',
    message: `Expected sigma_min above 0 and not above sigma_max, got ${min} and ${max}.`,
    cure: 'Set both to 0, which means those of the schedule.',
  })

const aboveFlow = (max: number) =>
  new NodeError({
    param: 'sigma_max',
    message: `Expected sigma_max up to 1, which is pure noise in a flow, got ${max}.`,
    cure: 'Set it to 0, which means that of the schedule.',
  })

/** With 0 in the place of -1, and without transitions from 0 to itself, which that may make. */
function aboveClean(t: number[], tPrev: number[]): Transitions {
  const raised = (steps: number[]) => Float64Array.from(steps, (step) => Math.max(step, 0))
  const [from, to] = [raised(t), raised(tPrev)]
  const moves = (_: number, i: number) => from[i] !== to[i]
  return { t: from.filter(moves), tPrev: to.filter(moves) }
}

/**
 * Cuts the list for image to image (SDEdit, Meng et al. 2022): `rest` is the last `strength` of it, as diffusers counts,
 * `skipped` what comes before, `at` the timestep up to which clean data have to be noised for `rest` to begin: its first t,
 * or, where nothing is left to do, the last t_prev.
 */
export function splitTimesteps(timesteps: Transitions, strength: number): { skipped: Transitions; rest: Transitions; at: Times } {
  const { length } = timesteps.t
  const cut = length - Math.min(Math.floor(length * strength), length)
  const part = (from: number, to?: number) => mapLists(timesteps, (list) => list.slice(from, to))
  const begins = timesteps.initNoiseSigma === undefined ? {} : { initNoiseSigma: timesteps.initNoiseSigma }
  const nothing: Times = { t: Float64Array.of(-1) }
  const { from, to } = endsOf(timesteps, Math.min(cut, length - 1))
  const [skipped, rest] = [
    { ...part(0, cut), ...begins },
    { ...part(cut), ...(cut === 0 && begins) },
  ]
  return { skipped, rest, at: length === 0 ? nothing : cut < length ? from : to }
}

const mapLists = ({ t, tPrev, ratio, ratioPrev }: Transitions, change: (list: Float64Array) => Float64Array): Transitions => ({
  t: change(t),
  tPrev: change(tPrev),
  ...(ratio && ratioPrev && { ratio: change(ratio), ratioPrev: change(ratioPrev) }),
})

/**
 * The same way back, from data to noise, for inversion (Dhariwal & Nichol 2021, appendix F): transitions in reverse order,
 * t and t_prev exchanged. No model can be asked at -1, where the way down may have ended: clean data are then taken to be
 * at t = 0, which is almost so, and a transition from 0 to itself is left out. A list that ends at `smallest` turns exactly.
 */
export function flipTimesteps({ t, tPrev, ratio, ratioPrev }: Transitions): Transitions {
  const back = (list: Float64Array) => [...list].reverse()
  if (!ratio || !ratioPrev) return aboveClean(back(tPrev), back(t))
  // The levels of a list of its own have no t = 0 to stand for clean data: the first transition is left out instead.
  const kept = (list: Float64Array) => Float64Array.from(back(list.filter((_, i) => ratioPrev[i]! > 0)))
  return { t: kept(tPrev), tPrev: kept(t), ratio: kept(ratioPrev), ratioPrev: kept(ratio) }
}
