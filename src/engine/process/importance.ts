// Importance sampling of timesteps by their losses (Nichol & Dhariwal 2021, section 3.3). Timesteps
// with large losses are drawn more often and weigh less: the mean is unchanged, its variance
// smaller.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'

/** Number of recorded losses per timestep in Nichol & Dhariwal 2021. */
export const HISTORY = 10

/** The last losses of each timestep 0 ... n - 1. n grows as timesteps are recorded. */
export interface LossRecord {
  /** Maximum number of losses per timestep. */
  history: number
  /** `[n, history]`, oldest first. */
  losses: Float64Array
  /** Number of recorded losses of each timestep. */
  counts: Int32Array
}

export const createLossRecord = (history = HISTORY): LossRecord => ({
  history,
  losses: new Float64Array(),
  counts: new Int32Array(),
})

/**
 * Returns the record with the losses of a batch appended, one for each timestep in `t`. Skips
 * non-finite losses: they end the training anyway. Throws EngineError for fractional timesteps.
 */
export function recordLosses(
  record: LossRecord,
  t: Float64Array,
  losses: ArrayLike<number>,
): LossRecord {
  const { history } = record
  const wrong = t.find((time) => !Number.isInteger(time) || time < 0)
  if (wrong !== undefined) throw fractionalTimestepError(wrong)
  const n = t.reduce((most, time) => Math.max(most, time + 1), record.counts.length)
  const next = { history, losses: new Float64Array(n * history), counts: new Int32Array(n) }
  next.losses.set(record.losses)
  next.counts.set(record.counts)
  t.forEach((time, i) => {
    const loss = losses[i]
    if (!Number.isFinite(loss)) return
    const own = next.losses.subarray(time * history, (time + 1) * history)
    if (next.counts[time] < history) own[next.counts[time]++] = loss
    else {
      own.copyWithin(0, 1)
      own[history - 1] = loss
    }
  })
  return next
}

const fractionalTimestepError = (t: number) =>
  new EngineError(processMessages.fractionalTimestep, { argument: 'losses', t })

/**
 * Probabilities p_t ∝ √(mean of the last squared losses) of T timesteps (Nichol & Dhariwal 2021,
 * eq. 18), mixed with the uniform distribution by the weight `uniform` from 0 to 1. Uniform until
 * every timestep has a complete history, and if all losses are 0.
 */
export function importanceProbabilities(
  { history, losses, counts }: LossRecord,
  T: number,
  uniform: number,
): Float64Array {
  const even = new Float64Array(T).fill(1 / T)
  if (counts.length < T || counts.some((count, t) => t < T && count < history)) return even
  const sizes = even.map((_, t) => {
    const squares = losses
      .subarray(t * history, (t + 1) * history)
      .reduce((sum, loss) => sum + loss * loss, 0)
    return Math.sqrt(squares / history)
  })
  const sum = sizes.reduce((all, size) => all + size, 0)
  return sum > 0 ? sizes.map((size) => (1 - uniform) * (size / sum) + uniform / T) : even
}

/**
 * Draws timesteps with these probabilities from u, uniform in [0, 1). Their weights 1 / (T p) make
 * weighted means those of uniform timesteps.
 */
export function drawByImportance(
  probabilities: Float64Array,
  u: Float64Array,
): { t: Float64Array; weights: Float64Array } {
  const T = probabilities.length
  let sum = 0
  const upTo = probabilities.map((p) => (sum += p))
  const t = u.map((value) => Math.min(T - 1, firstAbove(upTo, value * sum)))
  return { t, weights: t.map((time) => 1 / (T * probabilities[time])) }
}

/** The first index at which an increasing list exceeds `value`; its length if there is none. */
function firstAbove(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rising[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}
