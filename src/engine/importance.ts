// Importance sampling of timesteps by their losses (Nichol & Dhariwal 2021, section 3.3): those whose losses are large are drawn
// more often and count less, so that the mean stays what it was and its variance becomes smaller.
import { NodeError } from './plan/fault.ts'

/** How many losses of a timestep are remembered; Nichol & Dhariwal 2021. */
export const HISTORY = 10

/** The last losses of each timestep 0 ... n - 1; n grows with the timesteps that come. */
export interface LossRecord {
  /** How many losses of each timestep are kept at most. */
  history: number
  /** `[n, history]`, the oldest first. */
  losses: Float64Array
  /** How many of them there are, by timestep. */
  counts: Int32Array
}

export const noLosses = (history = HISTORY): LossRecord => ({ history, losses: new Float64Array(), counts: new Int32Array() })

/**
 * The record with the losses of a batch, one for each timestep of `t` in their order. A loss that is no number is left out: it
 * ends the training anyway. Throws NodeError for timesteps that are no whole numbers.
 */
export function withLosses(record: LossRecord, t: Float64Array, losses: ArrayLike<number>): LossRecord {
  const { history } = record
  const wrong = t.find((time) => !Number.isInteger(time) || time < 0)
  if (wrong !== undefined) throw noWholeTimestep(wrong)
  const n = t.reduce((most, time) => Math.max(most, time + 1), record.counts.length)
  const next = { history, losses: new Float64Array(n * history), counts: new Int32Array(n) }
  next.losses.set(record.losses)
  next.counts.set(record.counts)
  t.forEach((time, i) => {
    const loss = losses[i]!
    if (!Number.isFinite(loss)) return
    const own = next.losses.subarray(time * history, (time + 1) * history)
    if (next.counts[time]! < history) own[next.counts[time]!++] = loss
    else {
      own.copyWithin(0, 1)
      own[history - 1] = loss
    }
  })
  return next
}

const noWholeTimestep = (t: number) =>
  new NodeError({
    slot: 'losses',
    message: `Losses are remembered by whole timesteps from 0, got t = ${t}.`,
    cure: 'Train on a schedule of betas, or cut the wire to losses.',
  })

/**
 * p_t ∝ √(mean of the last squared losses), mixed with `uniform` (from 0 to 1) of the uniform distribution, for T timesteps
 * (Nichol & Dhariwal 2021, eq. 18). Uniform until every timestep has a whole history, and where all losses are 0.
 */
export function importance({ history, losses, counts }: LossRecord, T: number, uniform: number): Float64Array {
  const even = new Float64Array(T).fill(1 / T)
  if (counts.length < T || counts.some((count, t) => t < T && count < history)) return even
  const sizes = even.map((_, t) => {
    const squares = losses.subarray(t * history, (t + 1) * history).reduce((sum, loss) => sum + loss * loss, 0)
    return Math.sqrt(squares / history)
  })
  const sum = sizes.reduce((all, size) => all + size, 0)
  return sum > 0 ? sizes.map((size) => (1 - uniform) * (size / sum) + uniform / T) : even
}

/**
 * Timesteps drawn with these probabilities, from u uniform in [0, 1), and what each counts: 1 / (T p), so that weighted means
 * are those of uniform timesteps.
 */
export function drawImportant(probabilities: Float64Array, u: Float64Array): { t: Float64Array; weights: Float64Array } {
  const T = probabilities.length
  let sum = 0
  const upTo = probabilities.map((p) => (sum += p))
  const t = u.map((value) => Math.min(T - 1, firstAbove(upTo, value * sum)))
  return { t, weights: t.map((time) => 1 / (T * probabilities[time]!)) }
}

/** The first place where a rising list is above `value`; its length if there is none. */
function firstAbove(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rising[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
