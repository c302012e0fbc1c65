// The reverse process of a model: the Gaussian from which it draws a step back, p(x_s | x_t).
import { broadcastLevels, checkShape, perItem } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { PosteriorCoefficients } from '../posterior.ts'
import { learnedLogVariance, posterior, posteriorCoefficients } from '../posterior.ts'
import { convertPrediction } from '../prediction.ts'
import type { Variance } from '../samplers/ddpm.ts'
import type { Hold } from '../samplers/hold.ts'
import { held } from '../samplers/hold.ts'
import type { Levels, TableSchedule } from '../schedule.ts'
import { levelsAt } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { LearnedVariance, Prediction } from '../values.ts'
import type { Gaussian } from './gaussians.ts'

/** A step back: from t to an earlier time, for each item or for all. */
export interface StepBack {
  from: Levels
  to: Levels
  /**
   * The step that comes before the last one. Its variance is taken for the last, to clean data, where that of the posterior is 0
   * and has no logarithm (Ho et al. 2020, section 3.3; "clipped" in OpenAI's code).
   */
  lastButOne: { from: Levels; to: Levels }
}

/** The steps from `t` to t - 1 in a table. Throws NodeError for a t that is no timestep, or for a table of one alone. */
export function stepBack(schedule: TableSchedule, t: Float64Array): StepBack {
  if (schedule.T < 2) {
    throw new NodeError({
      slot: 'schedule',
      message: 'A schedule of one timestep has no step between two of them.',
      cure: 'Raise num_train_timesteps.',
    })
  }
  const at = (times: Float64Array) => levelsAt(schedule, { t: times })
  return {
    from: at(t),
    to: at(t.map((step) => step - 1)),
    lastButOne: { from: at(Float64Array.of(1)), to: at(Float64Array.of(0)) },
  }
}

/** Those of the posterior, with a variance above 0 for the last step too; and which steps are the last. */
export function stepCoefficients({ from, to, lastButOne }: StepBack): PosteriorCoefficients & { last: boolean[] } {
  const coefficients = posteriorCoefficients(from, to)
  const [, s] = broadcastLevels(from, to)
  const last = Array.from(s.sigma, (sigma) => sigma === 0)
  const least = posteriorCoefficients(lastButOne.from, lastButOne.to).variance[0]!
  return { ...coefficients, variance: coefficients.variance.map((value, i) => (last[i] ? least : value)), last }
}

export interface ReverseOptions {
  /** Whose variance. For the last step `fixed_large` is the same as `fixed_small`, as in OpenAI's code. */
  variance: Variance
  /** How the predicted x_0 is held in the range of the data; undefined: it is left as it is. */
  hold?: Hold | undefined
}

type Said = Pick<Prediction, 'tensor' | 'predicts' | 'variance'>

/**
 * p(x_s | x_t) for what a model said of `xt`, `[b, ...]`: the posterior with the predicted x_0 in the place of the true one, and a
 * variance. Throws NodeError if `learned` is asked of a model that has not learned it.
 */
export function reverseGaussian(xt: Tensor, prediction: Said, step: StepBack, { variance, hold }: ReverseOptions): Gaussian {
  const predicted = convertPrediction(prediction.tensor, xt, step.from, prediction.predicts, 'sample')
  const { mean } = posterior(held(predicted, hold), xt, step.from, step.to)
  return { mean, logVariance: reverseLogVariance(xt, prediction.variance, step, variance) }
}

/** The logarithm of the variance of p(x_s | x_t), of the shape of `xt` or what broadcasts to it. */
export function reverseLogVariance(xt: Tensor, said: Said['variance'], step: StepBack, variance: Variance): Tensor {
  const coefficients = stepCoefficients(step)
  const { variance: small, added, last } = coefficients
  if (variance === 'learned') {
    const learned = learnedVariance(said)
    checkShape(learned.tensor, xt, 'prediction', 'x_t')
    return learnedLogVariance(learned, coefficients)
  }
  const chosen = variance === 'fixed_small' ? small : added.map((value, i) => (last[i] ? small[i]! : value))
  return perItem(chosen.map(Math.log), xt)
}

/** What a model said of its variance. Throws NodeError if it said nothing. */
export function learnedVariance(said: Said['variance']): LearnedVariance {
  if (said) return said
  throw new NodeError({
    slot: 'prediction',
    message: 'The model says no variance: it has one output for each number, and not two.',
    cure: 'Set `learned_variance` of UNet or MLP to learned_range and train it, or take a fixed variance.',
  })
}
