// Prediction types and their conversion. No other file knows their conventions.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { checkShape } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { PredictionType } from '../base/values.ts'
import { weightedSum } from './weightedSum.ts'

/** Coefficients of x_0 and ε. */
type Mixture = readonly [x0: number, noise: number]

/**
 * Every prediction type is a linear combination of x_0 and ε, like x_t = alpha x_0 + sigma ε
 * itself: ε (Ho et al. 2020), x_0, v = alpha ε - sigma x_0 (Salimans & Ho 2022, appendix D), and
 * the velocity ε - x_0 of a flow.
 */
const mixtures: { [K in PredictionType]: (alpha: number, sigma: number) => Mixture } = {
  epsilon: () => [0, 1],
  sample: () => [1, 0],
  v_prediction: (alpha, sigma) => [-sigma, alpha],
  flow_prediction: () => [-1, 1],
}

/** True if a prediction determines x_0 even at pure noise, alpha = 0: all types except ε. */
export const determinesData = (predicts: PredictionType): boolean =>
  mixtures[predicts](0, 1)[0] !== 0

/**
 * Converts a prediction to another type. `output` and `xt` `[b, ...]`; one level per item or one
 * for all. x_t and the output are known combinations of x_0 and ε, so the result is a combination
 * of x_t and the output. Throws EngineError if the output does not determine it (ε at a timestep
 * without signal, x_0 at one without noise).
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
    const [a, s] = [alpha[i], sigma[i]]
    const [p, q] = mixtures[from](a, s)
    const [wantedX0, wantedNoise] = mixtures[to](a, s)
    // Solves x_t = a x_0 + s ε, output = p x_0 + q ε.
    const determinant = a * q - s * p
    if (determinant === 0) throw undeterminedError(from, to, t[i])
    fromXt[i] = (wantedX0 * q - wantedNoise * p) / determinant
    fromOutput[i] = (wantedNoise * a - wantedX0 * s) / determinant
  }
  return weightedSum([
    [xt, fromXt],
    [output, fromOutput],
  ])
}

const undeterminedError = (from: PredictionType, to: PredictionType, t: number) =>
  new EngineError(
    from === 'epsilon' ? processMessages.undeterminedInNoise : processMessages.undeterminedInData,
    { argument: 'prediction', from, to, t },
  )

/**
 * The training target of a prediction type at x_t = alpha x_0 + sigma `noise`. Shapes as in
 * `addNoise`. That of `epsilon` is a copy of the noise.
 */
export function predictionTarget(
  predicts: PredictionType,
  x0: Tensor,
  noise: Tensor,
  { alpha, sigma }: Levels,
): Tensor {
  checkShape(noise, x0, 'noise', 'x_0')
  if (predicts === 'epsilon') return noise.clone()
  const parts = Array.from(alpha, (a, i) => mixtures[predicts](a, sigma[i]))
  return weightedSum([
    [x0, parts.map(([p]) => p)],
    [noise, parts.map(([, q]) => q)],
  ])
}
