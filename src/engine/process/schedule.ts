// Noise schedules: the levels of signal and noise at each time. Independent of models.
import { EngineError } from '../base/errors.ts'
import type { Tensor } from '../base/tf.ts'
import { processMessages } from '../messages/process.ts'
import type { ScheduleName } from './betas.ts'
import { betaCurves, betasOfCurve, scheduleNames } from './betas.ts'

export { scheduleNames }
export type { ScheduleName }

/**
 * A noise schedule as plain data. Other code uses it only through {@link levelsAt}, which returns
 * the levels of signal and noise at a time. Noise increases with time; -1 is clean data in every
 * schedule.
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
  /** ᾱ_t, the product of 1 - β_s for s = 0 ... t: the fraction of the variance that is signal. */
  alphaBar: Float64Array
}

export interface ScheduleConfig {
  name: ScheduleName
  /** The number of training timesteps. */
  T: number
  /** First and last β of curves that use them; for linear_openai those at T = 1000. */
  betaStart?: number
  betaEnd?: number
  /** Removes all signal at the last timestep: see {@link rescaleToZeroSnr}. */
  rescaleBetasZeroSnr?: boolean
}

/**
 * The tables of a named schedule, in float64. Throws EngineError unless T is a positive integer and
 * every β is in (0, 1). The last β may be 1.
 */
export function noiseSchedule(config: ScheduleConfig): TableSchedule {
  const { name, T, betaStart = 1e-4, betaEnd = 0.02, rescaleBetasZeroSnr = false } = config
  if (!Number.isInteger(T) || T < 1) {
    throw new EngineError(processMessages.timestepCount, { argument: 'T', T })
  }
  const betas = betaCurves[name]({ T, betaStart, betaEnd })
  // 1 is allowed at the last timestep, which then has no signal.
  const wrong = betas.findIndex(
    (beta, t) => !(beta > 0 && (beta < 1 || (beta === 1 && t > 0 && t === T - 1))),
  )
  if (wrong >= 0) throw betaRangeError(name, wrong, betas[wrong])
  const schedule = createBetaTable(name, betas)
  return rescaleBetasZeroSnr ? rescaleToZeroSnr(schedule) : schedule
}

/** A schedule of arbitrary betas, in float64. */
export function createBetaTable(name: string, betas: Float64Array): TableSchedule {
  let product = 1
  return {
    kind: 'table',
    name,
    T: betas.length,
    betas,
    alphaBar: betas.map((beta) => (product *= 1 - beta)),
  }
}

/**
 * A schedule from a curve of ᾱ at u = 0, 1 / T, ..., 1, as those of diffusers: every β is at most
 * 0.999, and the curve is scaled to begin at 1.
 */
export const curveSchedule = (alphaBar: Float64Array): TableSchedule =>
  createBetaTable('custom', betasOfCurve(alphaBar))

/**
 * A schedule from a table, one value per timestep: betas above 0 and below 1 (the last may be 1), or
 * ᾱ that fall from at most 1 to at least 0. Throws EngineError about `table` for other values.
 */
export function tableSchedule(of: 'betas' | 'alpha_bars', values: Float64Array): TableSchedule {
  const last = values.length - 1
  const previous = (t: number) => (t === 0 ? 1 : values[t - 1])
  const fits = (value: number, t: number) =>
    of === 'betas'
      ? value > 0 && (value < 1 || (value === 1 && t > 0 && t === last))
      : value < previous(t) && (value > 0 || (value === 0 && t > 0 && t === last))
  const wrong = values.findIndex((value, t) => !fits(value, t))
  if (wrong >= 0) {
    throw new EngineError(
      of === 'betas' ? processMessages.tableBetas : processMessages.tableAlphaBars,
      { argument: 'table', t: wrong, value: values[wrong] },
    )
  }
  if (of === 'betas') return createBetaTable('custom', values)
  return {
    kind: 'table',
    name: 'custom',
    T: values.length,
    betas: values.map((value, t) => 1 - value / previous(t)),
    alphaBar: values,
  }
}

/**
 * Rescales a schedule to zero terminal SNR: shifts √ᾱ so that it ends at 0, and scales it so that
 * its first value is unchanged. Lin et al. 2023, algorithm 1; `rescale_betas_zero_snr` of
 * diffusers. x_T is then pure noise, so that ε does not determine x_0: the model must predict v or
 * x_0. Throws EngineError for a schedule with one timestep.
 */
export function rescaleToZeroSnr({ name, alphaBar }: TableSchedule): TableSchedule {
  const roots = alphaBar.map(Math.sqrt)
  const [first, last] = [roots[0], roots.at(-1)!]
  if (first === last) {
    throw new EngineError(processMessages.zeroSnrOfOneTimestep, { argument: 'rescaleBetasZeroSnr' })
  }
  const rescaled = roots.map((root) => (((root - last) * first) / (first - last)) ** 2)
  return createBetaTable(
    `${name}_zero_snr`,
    rescaled.map((signal, t) => 1 - (t === 0 ? signal : signal / rescaled[t - 1])),
  )
}

const betaRangeError = (name: ScheduleName, t: number, beta: number) =>
  new EngineError(
    name === 'linear_openai' ? processMessages.scaledBetaRange : processMessages.betaRange,
    { argument: 'betaEnd', beta, t },
  )

/**
 * A linear path from data to noise, x = (1 - s) x_0 + s ε with s = t / T (Lipman et al. 2023; Liu
 * et al. 2023).
 */
export interface FlowSchedule {
  kind: 'flow'
  name: string
  /** The time of pure noise. */
  T: number
}

/**
 * Unscaled data, x = x_0 + σ ε, with σ as time (variance exploding; Karras et al. 2022, table 1).
 */
export interface SigmaSchedule {
  kind: 'sigma'
  name: string
  /** Range of σ in training, and the default range of samplers. */
  sigmaMin: number
  sigmaMax: number
}

/**
 * The continuous limit of linearly growing betas, for t from 0 to T: σ / α = √(exp(β_d u² / 2 +
 * β_min u) - 1) with u = t / T (Song et al. 2021, eq. 32 and 33; Karras et al. 2022, table 1).
 */
export interface VPSchedule {
  kind: 'vp'
  name: string
  T: number
  betaMin: number
  /** The last β minus `betaMin`. */
  betaD: number
}

/** Times of the items of a batch: one per item, or one for all items. */
export interface Times {
  /** The time passed to the model. -1 means clean data. */
  t: Float64Array
  /**
   * σ / α, the noise-to-signal ratio, if it differs from that of the schedule at t: samplers may
   * visit noise levels between timesteps (σ in Karras et al. 2022). 0 for clean data, infinite
   * without signal.
   */
  ratio?: Float64Array
  /**
   * t as a tensor, `[n]`, if results are differentiated with respect to it. Only networks read it:
   * levels are functions of the numbers above.
   */
  tensor?: Tensor
}

/** Levels of signal and noise, x_t = alpha x_0 + sigma ε: one per item, or one for all items. */
export interface Levels extends Times {
  alpha: Float64Array
  sigma: Float64Array
}

/** The levels at these times. Throws EngineError for times outside the schedule. */
export function levelsAt(schedule: Schedule, { t, ratio }: Times): Levels {
  const alpha = new Float64Array(t.length)
  const sigma = new Float64Array(t.length)
  for (let i = 0; i < t.length; i++) {
    const [a, s] = ratio ? levelAtRatio(schedule, ratio[i]) : levelAt(schedule, t[i])
    alpha[i] = a
    sigma[i] = s
  }
  return { t, ...(ratio && { ratio }), alpha, sigma }
}

/**
 * The levels with these σ / α, which may be between timesteps, as solvers need them. t is the time
 * of that ratio, clamped to the schedule; in a table of betas it is interpolated in log σ / α, as
 * in k-diffusion.
 */
export const levelsAtRatio = (schedule: Schedule, ratio: Float64Array): Levels =>
  levelsAt(schedule, { t: ratio.map((value) => timeAtRatio(schedule, value)), ratio })

function timeAtRatio(schedule: Schedule, ratio: number): number {
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

/** Interpolates t in log σ / α, clamped to the ends of the table. */
function timeInTable({ alphaBar, T }: TableSchedule, ratio: number): number {
  const logRatio = (t: number) => 0.5 * Math.log((1 - alphaBar[t]) / alphaBar[t])
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
      if (t >= 0 && t <= schedule.T - 1)
        return levelAtRatio(schedule, interpolateRatio(schedule, t))
      throw timeRangeError(schedule.T - 1, t)
    }
    case 'flow':
      if (t >= 0 && t <= schedule.T) return [1 - t / schedule.T, t / schedule.T]
      throw timeRangeError(schedule.T, t)
    case 'sigma':
      if (t >= 0 && t < Infinity) return [1, t]
      throw new EngineError(processMessages.sigmaRange, { argument: 't', t })
    case 'vp': {
      const u = t / schedule.T
      if (t >= 0 && u <= 1)
        return levelAtRatio(
          schedule,
          Math.sqrt(Math.expm1((schedule.betaD * u * u) / 2 + schedule.betaMin * u)),
        )
      throw timeRangeError(schedule.T, t)
    }
  }
}

/** σ / α between two timesteps, by linear interpolation as in k-diffusion. */
function interpolateRatio({ alphaBar }: TableSchedule, t: number): number {
  const ratio = (step: number) => Math.sqrt((1 - alphaBar[step]) / alphaBar[step])
  const below = Math.floor(t)
  return ratio(below) + (t - below) * (ratio(below + 1) - ratio(below))
}

/** The level with σ / α = `ratio`, which may be infinite. */
function levelAtRatio({ kind }: Schedule, ratio: number): Level {
  if (kind === 'sigma') return [1, ratio]
  if (ratio === Infinity) return [0, 1]
  const length = kind === 'flow' ? 1 + ratio : Math.sqrt(1 + ratio * ratio)
  return [1 / length, ratio / length]
}

const timeRangeError = (last: number, t: number) =>
  new EngineError(processMessages.timestepRange, { argument: 't', last, t })

/**
 * ᾱ = α² at a time: the fraction of the variance that is signal. Throws EngineError for a time
 * outside the schedule.
 */
export const alphaBarAt = (schedule: Schedule, t: number): number => levelAt(schedule, t)[0] ** 2

/** σ / α of each level; infinite without signal. */
export const getRatios = ({ alpha, sigma }: Levels): Float64Array =>
  sigma.map((s, i) => s / alpha[i])

/**
 * Position of a time between data (0) and noise (1). In a schedule whose time is σ, log σ is
 * interpolated from sigmaMin to sigmaMax.
 */
export function getSchedulePosition(schedule: Schedule, t: number): number {
  if (schedule.kind === 'table') return Math.max(t, 0) / Math.max(schedule.T - 1, 1)
  if (schedule.kind !== 'sigma') return Math.max(t, 0) / schedule.T
  const { sigmaMin, sigmaMax } = schedule
  return Math.log(Math.max(t, sigmaMin) / sigmaMin) / Math.log(sigmaMax / sigmaMin)
}

/** Inverse of {@link getSchedulePosition}; in a table the nearest timestep. */
export function timeAtPosition(schedule: Schedule, share: number): number {
  if (schedule.kind === 'table') return Math.round(share * (schedule.T - 1))
  if (schedule.kind !== 'sigma') return share * schedule.T
  return schedule.sigmaMin * (schedule.sigmaMax / schedule.sigmaMin) ** share
}

/**
 * Converts times of one schedule to the times of another with the same σ / α. Throws EngineError
 * for a time without signal if `to` has no such time.
 */
export function matchRatios(from: Schedule, to: Schedule, times: Times): Times {
  const { t, ratio } = levelsAtRatio(to, getRatios(levelsAt(from, times)))
  if (t.every(Number.isFinite)) return { t, ratio: ratio! }
  throw new EngineError(processMessages.noTimeWithoutSignal, { argument: 't', schedule: to.name })
}

/** Converts times to those at the same position in another schedule; clean data stays clean. */
export function matchPositions(from: Schedule, to: Schedule, times: Times): Times {
  levelsAt(from, times)
  return {
    t: times.t.map((t) =>
      t === -1 ? t : timeAtPosition(to, Math.min(1, getSchedulePosition(from, t))),
    ),
  }
}

/**
 * Returns the schedule if it is a table of betas, and throws EngineError otherwise. Only tables
 * have forward steps, whole timesteps and the terms of a variational bound.
 */
export function requireTable(schedule: Schedule): TableSchedule {
  if (schedule.kind === 'table') return schedule
  throw new EngineError(processMessages.notDiscrete, {
    argument: 'schedule',
    schedule: schedule.name,
  })
}
