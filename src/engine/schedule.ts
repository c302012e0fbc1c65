// Noise schedules: how much signal is left at each timestep of the training process. Knows nothing of models.
//
import type { ScheduleName } from './betas.ts'
import { betaCurves, scheduleNames } from './betas.ts'
import { NodeError } from './plan/fault.ts'

export { scheduleNames }
export type { ScheduleName }

/**
 * The training process: plain data. Everything else asks it one thing, {@link levelsAt}: how much signal and how much noise
 * there are at a time. Timesteps go up to noise; -1 is clean data in all of them.
 */
export type Schedule = TableSchedule | FlowSchedule | SigmaSchedule | VPSchedule

/** Timesteps 0 ... T - 1, each with its β: x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε (Ho et al. 2020). */
export interface TableSchedule {
  kind: 'table'
  name: string
  /** The number of training timesteps. */
  T: number
  /** β_t, the variance that step t adds. */
  betas: Float64Array
  /** ᾱ_t, the product of 1 - β_s for s = 0 ... t: the share of the variance that is still signal. */
  alphaBar: Float64Array
}

export interface ScheduleConfig {
  name: ScheduleName
  /** The number of training timesteps. */
  T: number
  /** First and last β, where the curve has some; of linear_openai for T = 1000. */
  betaStart?: number
  betaEnd?: number
  /** With no signal left at the last timestep: see {@link withZeroSnr}. */
  rescaleBetasZeroSnr?: boolean
}

/**
 * The tables of a named schedule, in float64. Throws NodeError if T is no whole number above 0 or some β is not in (0, 1), the last alone not in (0, 1].
 */
export function noiseSchedule(config: ScheduleConfig): TableSchedule {
  const { name, T, betaStart = 1e-4, betaEnd = 0.02, rescaleBetasZeroSnr = false } = config
  if (!Number.isInteger(T) || T < 1) {
    throw new NodeError({
      param: 'num_train_timesteps',
      message: `Expected a whole number of timesteps above 0, got ${T}.`,
      cure: 'Set num_train_timesteps to 1000, say.',
    })
  }
  const betas = betaCurves[name]({ T, betaStart, betaEnd })
  // 1 at the last timestep leaves no signal, which is one way to end.
  const wrong = betas.findIndex((beta, t) => !(beta > 0 && (beta < 1 || (beta === 1 && t > 0 && t === T - 1))))
  if (wrong >= 0) throw outOfRange(name, wrong, betas[wrong]!)
  const schedule = tableOfBetas(name, betas)
  return rescaleBetasZeroSnr ? withZeroSnr(schedule) : schedule
}

/** A schedule of any betas, in float64. */
export function tableOfBetas(name: string, betas: Float64Array): TableSchedule {
  let product = 1
  return { kind: 'table', name, T: betas.length, betas, alphaBar: betas.map((beta) => (product *= 1 - beta)) }
}

/**
 * The same with no signal left at the last timestep: √ᾱ is shifted so that it ends at 0, and scaled so that it begins where it
 * did. Lin et al. 2023, algorithm 1; `rescale_betas_zero_snr` of diffusers. There x_T is nothing but noise, of which ε tells
 * nothing: the model has to predict v or x_0. Throws NodeError for a schedule of one timestep.
 */
export function withZeroSnr({ name, alphaBar }: TableSchedule): TableSchedule {
  const roots = alphaBar.map(Math.sqrt)
  const [first, last] = [roots[0]!, roots.at(-1)!]
  if (first === last) {
    throw new NodeError({
      param: 'rescale_betas_zero_snr',
      message: 'A schedule of one timestep cannot be rescaled to zero terminal SNR.',
      cure: 'Raise num_train_timesteps, or switch it off.',
    })
  }
  const rescaled = roots.map((root) => (((root - last) * first) / (first - last)) ** 2)
  return tableOfBetas(
    `${name}_zero_snr`,
    rescaled.map((signal, t) => 1 - (t === 0 ? signal : signal / rescaled[t - 1]!)),
  )
}

const outOfRange = (name: ScheduleName, t: number, beta: number) =>
  new NodeError({
    param: 'beta_end',
    message: `Expected every beta to be above 0 and below 1, got ${beta} at t = ${t}.`,
    cure:
      name === 'linear_openai'
        ? 'linear_openai multiplies betas by 1000 / T: raise num_train_timesteps, or lower beta_end.'
        : 'Set beta_start and beta_end between 0 and 1.',
  })

/** A straight way from data to noise, x = (1 - s) x_0 + s ε with s = t / T (Lipman et al. 2023; Liu et al. 2023). */
export interface FlowSchedule {
  kind: 'flow'
  name: string
  /** What t is at pure noise. */
  T: number
}

/** Data that is not scaled, x = x_0 + σ ε, and time that is σ itself (variance exploding; Karras et al. 2022, table 1). */
export interface SigmaSchedule {
  kind: 'sigma'
  name: string
  /** Between which σ a model is trained, and sampled unless said otherwise. */
  sigmaMin: number
  sigmaMax: number
}

/**
 * The continuous limit of betas that grow linearly, over t from 0 to T: σ / α = √(exp(β_d u² / 2 + β_min u) - 1) with u = t / T
 * (Song et al. 2021, eq. 32 and 33; Karras et al. 2022, table 1).
 */
export interface VPSchedule {
  kind: 'vp'
  name: string
  T: number
  betaMin: number
  /** β at the end less `betaMin`. */
  betaD: number
}

/** Where the items of a batch are on the way from data to noise: one number an item, or one that holds for all. */
export interface Times {
  /** What the model is told. -1 means clean data. */
  t: Float64Array
  /**
   * σ / α, the noise against the signal, where it is not what the schedule says of t: samplers visit noise levels that lie
   * between timesteps (the σ of Karras et al. 2022). 0 for clean data, infinite where there is no signal.
   */
  ratio?: Float64Array
}

/** How much signal and noise there is at some times: x_t = alpha x_0 + sigma ε, per item or for all. */
export interface Levels extends Times {
  alpha: Float64Array
  sigma: Float64Array
}

/** Throws NodeError for a t that is no time of this schedule. */
export function levelsAt(schedule: Schedule, { t, ratio }: Times): Levels {
  const alpha = new Float64Array(t.length)
  const sigma = new Float64Array(t.length)
  for (let i = 0; i < t.length; i++) {
    const [a, s] = ratio ? levelOfRatio(schedule, ratio[i]!) : levelAt(schedule, t[i]!)
    alpha[i] = a
    sigma[i] = s
  }
  return { t, ...(ratio && { ratio }), alpha, sigma }
}

/**
 * The levels with these σ / α, wherever they lie: what a solver asks for between two timesteps. A model is told the time that
 * the schedule has for them, beyond its end the end itself; in a table of betas it is interpolated in log σ / α, as in k-diffusion.
 */
export const levelsOfRatio = (schedule: Schedule, ratio: Float64Array): Levels =>
  levelsAt(schedule, { t: ratio.map((value) => timeOfRatio(schedule, value)), ratio })

function timeOfRatio(schedule: Schedule, ratio: number): number {
  if (ratio === 0) return -1
  switch (schedule.kind) {
    case 'table':
      return timeInTable(schedule, ratio)
    case 'flow':
      return ratio === Infinity ? schedule.T : (schedule.T * ratio) / (1 + ratio)
    case 'sigma':
      return ratio
    case 'vp': {
      const { betaMin, betaD, T } = schedule
      // β_d u² / 2 + β_min u = ln(1 + ratio²), solved for u.
      const u = (Math.sqrt(betaMin ** 2 + 2 * betaD * Math.log1p(ratio * ratio)) - betaMin) / betaD
      return T * Math.min(u, 1)
    }
  }
}

/** Beyond the ends of the table it is the end itself. */
function timeInTable({ alphaBar, T }: TableSchedule, ratio: number): number {
  const logRatio = (t: number) => 0.5 * Math.log((1 - alphaBar[t]!) / alphaBar[t]!)
  const wanted = Math.log(ratio)
  let [low, high] = [0, T - 1]
  if (wanted <= logRatio(low)) return low
  if (wanted >= logRatio(high)) return high
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (logRatio(middle) <= wanted) low = middle
    else high = middle
  }
  const [below, above] = [logRatio(low), logRatio(high)]
  return above === Infinity ? low : low + (wanted - below) / (above - below)
}

type Level = readonly [alpha: number, sigma: number]

function levelAt(schedule: Schedule, t: number): Level {
  if (t === -1) return [1, 0]
  switch (schedule.kind) {
    case 'table': {
      const alphaBar = schedule.alphaBar[t]
      if (alphaBar !== undefined) return [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)]
      if (t >= 0 && t <= schedule.T - 1) return levelOfRatio(schedule, between(schedule, t))
      throw noTimestep(t, `from 0 to ${schedule.T - 1}`)
    }
    case 'flow':
      if (t >= 0 && t <= schedule.T) return [1 - t / schedule.T, t / schedule.T]
      throw noTimestep(t, `from 0 to ${schedule.T}`)
    case 'sigma':
      if (t >= 0 && t < Infinity) return [1, t]
      throw noTimestep(t, '0 or above: here it is σ')
    case 'vp': {
      const u = t / schedule.T
      if (t >= 0 && u <= 1)
        return levelOfRatio(schedule, Math.sqrt(Math.expm1((schedule.betaD * u * u) / 2 + schedule.betaMin * u)))
      throw noTimestep(t, `from 0 to ${schedule.T}`)
    }
  }
}

/** Between two timesteps the ratio σ / α is interpolated linearly, as k-diffusion does. */
function between({ alphaBar }: TableSchedule, t: number): number {
  const ratio = (step: number) => Math.sqrt((1 - alphaBar[step]!) / alphaBar[step]!)
  const below = Math.floor(t)
  return ratio(below) + (t - below) * (ratio(below + 1) - ratio(below))
}

/** The level with σ / α = `ratio`, which may be infinite. */
function levelOfRatio({ kind }: Schedule, ratio: number): Level {
  if (kind === 'sigma') return [1, ratio]
  if (ratio === Infinity) return [0, 1]
  const length = kind === 'flow' ? 1 + ratio : Math.sqrt(1 + ratio * ratio)
  return [1 / length, ratio / length]
}

const noTimestep = (t: number, range: string) =>
  new NodeError({
    slot: 't',
    message: `Expected a timestep of the schedule, ${range} (or -1 for clean data), got ${t}.`,
    cure: 'Take t and schedule from the same NoiseSchedule.',
  })

/** ᾱ = α² at one time: the share of the variance that is signal. Throws NodeError for a t that is no time of this schedule. */
export const alphaBarAt = (schedule: Schedule, t: number): number => levelAt(schedule, t)[0] ** 2

/** σ / α of each level; infinite where there is no signal. */
export const ratiosOf = ({ alpha, sigma }: Levels): Float64Array => sigma.map((s, i) => s / alpha[i]!)

/** How far from data, 0, to noise, 1, a time is: of a schedule whose time is σ in its logarithm, from sigmaMin to sigmaMax. */
export function shareOf(schedule: Schedule, t: number): number {
  if (schedule.kind === 'table') return Math.max(t, 0) / Math.max(schedule.T - 1, 1)
  if (schedule.kind !== 'sigma') return Math.max(t, 0) / schedule.T
  const { sigmaMin, sigmaMax } = schedule
  return Math.log(Math.max(t, sigmaMin) / sigmaMin) / Math.log(sigmaMax / sigmaMin)
}

/** The time that is so far from data to noise, see {@link shareOf}; of a table the nearest timestep. */
export function timeOfShare(schedule: Schedule, share: number): number {
  if (schedule.kind === 'table') return Math.round(share * (schedule.T - 1))
  if (schedule.kind !== 'sigma') return share * schedule.T
  return schedule.sigmaMin * (schedule.sigmaMax / schedule.sigmaMin) ** share
}

/**
 * The times of `to` with as much noise against the signal as `times` have in `from`. Throws NodeError for a time without any signal
 * where `to` has none without.
 */
export function sameRatio(from: Schedule, to: Schedule, times: Times): Times {
  const { t, ratio } = levelsOfRatio(to, ratiosOf(levelsAt(from, times)))
  if (t.every(Number.isFinite)) return { t, ratio: ratio! }
  throw new NodeError({
    slot: 't',
    message: `There is no signal left at this t, and "${to.name}" keeps some at any time.`,
    cure: 'Take a smaller t.',
  })
}

/** The times of `to` that are as far from data to noise as `times` are in `from`; clean data stays clean. */
export function sameShare(from: Schedule, to: Schedule, times: Times): Times {
  levelsAt(from, times)
  return { t: times.t.map((t) => (t === -1 ? t : timeOfShare(to, Math.min(1, shareOf(from, t))))) }
}

/**
 * The tables of a schedule of betas. Throws NodeError, saying what cannot be done, for other schedules: steps of a forward
 * process, timesteps drawn as whole numbers and the terms of a variational bound are there in tables alone.
 */
export function tableOf(schedule: Schedule, what: string): TableSchedule {
  if (schedule.kind === 'table') return schedule
  throw new NodeError({
    slot: 'schedule',
    message: `${what} takes a schedule of betas, and "${schedule.name}" has none: its time is continuous.`,
    cure: 'Wire a NoiseSchedule of betas, such as squaredcos_cap_v2.',
  })
}
