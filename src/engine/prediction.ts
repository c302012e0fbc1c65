// What a model's output stands for, and how to turn one kind into another. No other file knows the conventions.
import { checkShape } from './coefficients.ts'
import { NodeError } from './plan/fault.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from './tf.ts'
import type { PredictionType } from './values.ts'
import { weightedSum } from './weightedSum.ts'

/** Factors of x_0 and ε. */
type Mixture = readonly [x0: number, noise: number]

/**
 * Every kind is a mixture of x_0 and ε, as x_t = alpha x_0 + sigma ε is:
 * ε (Ho et al. 2020), x_0, v = alpha ε - sigma x_0 (Salimans & Ho 2022, appendix D), the velocity ε - x_0 of a flow.
 */
const mixtures: { [K in PredictionType]: (alpha: number, sigma: number) => Mixture } = {
  epsilon: () => [0, 1],
  sample: () => [1, 0],
  v_prediction: (alpha, sigma) => [-sigma, alpha],
  flow_prediction: () => [-1, 1],
}

/** Whether a prediction says what x_0 is even where x_t is nothing but noise, alpha = 0: all but ε do. */
export const tellsOfData = (predicts: PredictionType): boolean => mixtures[predicts](0, 1)[0] !== 0

/**
 * The same statement of a model in other terms. `output` and `xt` `[b, ...]`, levels one per item or one for all. With x_t and
 * the output both known mixtures of x_0 and ε, so is what is asked for a mixture of x_t and the output. Throws NodeError
 * where the output does not tell (ε at a timestep without signal, x_0 at one without noise).
 */
export function convertPrediction(
  output: Tensor,
  xt: Tensor,
  { alpha, sigma, t }: Levels,
  from: PredictionType,
  to: PredictionType,
): Tensor {
  checkShape(output, xt, 'prediction', 'x_t')
  if (from === to) return output
  const fromXt = new Float64Array(t.length)
  const fromOutput = new Float64Array(t.length)
  for (let i = 0; i < t.length; i++) {
    const [a, s] = [alpha[i]!, sigma[i]!]
    const [p, q] = mixtures[from](a, s)
    const [wantedX0, wantedNoise] = mixtures[to](a, s)
    // Solves x_t = a x_0 + s ε, output = p x_0 + q ε.
    const determinant = a * q - s * p
    if (determinant === 0) throw untold(from, to, t[i]!)
    fromXt[i] = (wantedX0 * q - wantedNoise * p) / determinant
    fromOutput[i] = (wantedNoise * a - wantedX0 * s) / determinant
  }
  return weightedSum([
    [xt, fromXt],
    [output, fromOutput],
  ])
}

const untold = (from: PredictionType, to: PredictionType, t: number) =>
  new NodeError({
    slot: 'prediction',
    message: `${to} does not follow from ${from} at t = ${t}, where x_t is ${from === 'epsilon' ? 'nothing but noise' : 'clean'}.`,
    cure: 'Use a model that predicts v_prediction, or leave this timestep out.',
  })

/** What a model that `predicts` this should have said of x_t = alpha x_0 + sigma `noise`. Shapes as in `addNoise`. */
export function targetOf(predicts: PredictionType, x0: Tensor, noise: Tensor, { alpha, sigma }: Levels): Tensor {
  checkShape(noise, x0, 'noise', 'x_0')
  const parts = Array.from(alpha, (a, i) => mixtures[predicts](a, sigma[i]!))
  return weightedSum([
    [x0, parts.map(([p]) => p)],
    [noise, parts.map(([, q]) => q)],
  ])
}
