// Noise schedules: how much signal is left at each timestep of the training process. Knows nothing of models.
//
// Two families share names in the field: what diffusers calls "linear" is not rescaled for other numbers of timesteps,
// OpenAI's is; "sigmoid" is a curve in beta for diffusers, in alpha-bar for Jabri et al. Here each has a name of its own.
import { NodeError } from './plan/fault.ts'

export const scheduleNames = [
  'linear',
  'linear_openai',
  'scaled_linear',
  'squaredcos_cap_v2',
  'sigmoid',
  'sigmoid_alpha_bar',
] as const

export type ScheduleName = (typeof scheduleNames)[number]

/** The training process: plain data, tables of length T over the timesteps 0 ... T - 1. */
export interface Schedule {
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
  /** First and last β, for linear, linear_openai (for T = 1000), scaled_linear and sigmoid. */
  betaStart?: number
  betaEnd?: number
}

/** Beyond this a single step would leave no signal: the cap of Nichol & Dhariwal 2021. */
const MAX_BETA = 0.999

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** n numbers from a to b, both included. */
const linspace = (a: number, b: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => (n === 1 ? a : a + (i / (n - 1)) * (b - a)))

/** β from a curve of ᾱ over [0, 1]: what is lost from i / T to (i + 1) / T. */
const betasOf = (T: number, alphaBar: (u: number) => number) =>
  Float64Array.from({ length: T }, (_, i) => Math.min(1 - alphaBar((i + 1) / T) / alphaBar(i / T), MAX_BETA))

type Range = Required<Pick<ScheduleConfig, 'T' | 'betaStart' | 'betaEnd'>>

const curves: { [K in ScheduleName]: (range: Range) => Float64Array } = {
  /** Ho et al. 2020, section 4; as diffusers, whatever T is: with few timesteps it does not reach noise. */
  linear: ({ T, betaStart, betaEnd }) => linspace(betaStart, betaEnd, T),
  /** Nichol & Dhariwal 2021 (code): times 1000 / T, so that the end is noise for every T. */
  linear_openai: ({ T, betaStart, betaEnd }) => linspace((betaStart * 1000) / T, (betaEnd * 1000) / T, T),
  /** Rombach et al. 2022: linear in √β. */
  scaled_linear: ({ T, betaStart, betaEnd }) => linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), T).map((root) => root * root),
  /** Cosine, Nichol & Dhariwal 2021, eq. 17. */
  squaredcos_cap_v2: ({ T }) => betasOf(T, (u) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2),
  /** GeoDiff (Xu et al. 2022), as diffusers: a sigmoid in β. */
  sigmoid: ({ T, betaStart, betaEnd }) => linspace(-6, 6, T).map((x) => sigmoid(x) * (betaEnd - betaStart) + betaStart),
  /** Jabri et al. 2022, algorithm 1, from -3 to 3 at temperature 1: a sigmoid in ᾱ. */
  sigmoid_alpha_bar: ({ T }) => betasOf(T, (u) => (sigmoid(3) - sigmoid(6 * u - 3)) / (sigmoid(3) - sigmoid(-3))),
}

/**
 * The tables of a named schedule, in float64. Throws NodeError if T is no whole number above 0 or some β is not in (0, 1).
 */
export function noiseSchedule({ name, T, betaStart = 1e-4, betaEnd = 0.02 }: ScheduleConfig): Schedule {
  if (!Number.isInteger(T) || T < 1) {
    throw new NodeError({
      param: 'num_train_timesteps',
      message: `Expected a whole number of timesteps above 0, got ${T}.`,
      cure: 'Set num_train_timesteps to 1000, say.',
    })
  }
  const betas = curves[name]({ T, betaStart, betaEnd })
  const wrong = betas.findIndex((beta) => !(beta > 0 && beta < 1))
  if (wrong >= 0) throw outOfRange(name, wrong, betas[wrong]!)
  let product = 1
  return { name, T, betas, alphaBar: betas.map((beta) => (product *= 1 - beta)) }
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

/** ᾱ at a timestep; t = -1 is clean data, ᾱ = 1. Throws NodeError for a t that is no timestep of this schedule. */
export function alphaBarAt({ alphaBar, T }: Schedule, t: number): number {
  if (t === -1) return 1
  const value = alphaBar[t]
  if (value !== undefined) return value
  throw new NodeError({
    slot: 't',
    message: `Expected a timestep of the schedule, a whole number from 0 to ${T - 1} (or -1 for clean data), got ${t}.`,
    cure: 'Take t and schedule from the same NoiseSchedule.',
  })
}

/** x_t = alpha x_0 + sigma ε: the two factors at each of the timesteps `t`, alpha = √ᾱ_t and sigma = √(1 - ᾱ_t). */
export function signalAndNoise(schedule: Schedule, t: Float64Array): { alpha: Float64Array; sigma: Float64Array } {
  const alphaBar = t.map((step) => alphaBarAt(schedule, step))
  return { alpha: alphaBar.map(Math.sqrt), sigma: alphaBar.map((a) => Math.sqrt(1 - a)) }
}
