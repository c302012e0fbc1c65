// Which timesteps a sampler visits, as a list of transitions t -> t_prev.
import { NodeError } from './plan/fault.ts'
import type { Schedule, Times } from './schedule.ts'
import { tableOf } from './schedule.ts'

export const spacings = ['leading', 'trailing', 'linspace'] as const
export type Spacing = (typeof spacings)[number]

/** From t[i] to tPrev[i], in the order of visiting; -1 is clean data. */
export interface Transitions {
  t: Float64Array
  tPrev: Float64Array
  /** σ / α at each t and t_prev, where it is not what the schedule says of them: see `Times`. */
  ratio?: Float64Array
  ratioPrev?: Float64Array
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
  timestep_spacing: Spacing
  /** Added to every timestep of the spacing `leading`, as Stable Diffusion does with 1. */
  steps_offset?: number
  /**
   * `clean`: the last transition goes to clean data, -1. `smallest`: to t = 0, the least noise there is, so that a step
   * with a second evaluation at t_prev never asks the model at -1; a last transition that starts at 0 is left out.
   */
  end?: 'clean' | 'smallest'
  /**
   * `next_in_list`: each t_prev is the next t, as diffusers' DDPM. `stride`: t - T // n whatever the spacing, as its
   * DDIM; then a t_prev may differ from the next t, and x is taken to be where it is not quite.
   */
  previous?: 'next_in_list' | 'stride'
}

/** The three lists of diffusers, high to low. Lin et al. 2023, table 2. */
const lists: { [K in Spacing]: (T: number, n: number, offset: number) => number[] } = {
  leading: (T, n, offset) => Array.from({ length: n }, (_, i) => (n - 1 - i) * Math.floor(T / n) + offset),
  trailing: (T, n) => Array.from({ length: n }, (_, i) => roundHalfEven(T - (i * T) / n) - 1),
  // One point alone is taken at the noise, not (as numpy's linspace has it) at the data.
  linspace: (T, n) => Array.from({ length: n }, (_, i) => roundHalfEven(n === 1 ? T - 1 : ((T - 1) * (n - 1 - i)) / (n - 1))),
}

/** As numpy rounds, which diffusers' lists are made with. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/**
 * The transitions of a sampler with `num_inference_steps` steps over the schedule. Throws NodeError if there are more
 * steps than timesteps, or an offset leads out of the schedule.
 */
export function timesteps(schedule: Schedule, config: TimestepsConfig): Transitions {
  const { T } = tableOf(schedule, 'A list of timesteps')
  const {
    num_inference_steps: n,
    timestep_spacing: spacing,
    steps_offset: offset = 0,
    end = 'clean',
    previous = 'next_in_list',
  } = config
  if (!Number.isInteger(n) || n < 1 || n > T) {
    throw new NodeError({
      param: 'num_inference_steps',
      message: `Expected a whole number of steps from 1 to ${T}, the timesteps of the schedule, got ${n}.`,
      cure: `Lower num_inference_steps to ${T} or less.`,
    })
  }
  const t = lists[spacing](T, n, offset)
  if (t[0]! >= T) {
    throw new NodeError({
      param: 'steps_offset',
      message: `Expected timesteps up to ${T - 1}, but the offset ${offset} makes the first ${t[0]}.`,
      cure: 'Lower steps_offset or num_inference_steps.',
    })
  }
  const tPrev = t.map((step, i) => Math.max(-1, previous === 'stride' ? step - Math.floor(T / n) : (t[i + 1] ?? -1)))
  return end === 'clean' ? transitions(t, tPrev) : aboveClean(t, tPrev)
}

const transitions = (t: number[], tPrev: number[]): Transitions => ({ t: Float64Array.from(t), tPrev: Float64Array.from(tPrev) })

/** With 0 in the place of -1, and without transitions from 0 to itself, which that may make. */
function aboveClean(t: number[], tPrev: number[]): Transitions {
  const raised = (steps: number[]) => steps.map((step) => Math.max(step, 0))
  const [from, to] = [raised(t), raised(tPrev)]
  const moves = from.map((step, i) => step !== to[i])
  return transitions(
    from.filter((_, i) => moves[i]),
    to.filter((_, i) => moves[i]),
  )
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
  const nothing: Times = { t: Float64Array.of(-1) }
  const { from, to } = endsOf(timesteps, Math.min(cut, length - 1))
  return { skipped: part(0, cut), rest: part(cut), at: length === 0 ? nothing : cut < length ? from : to }
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
