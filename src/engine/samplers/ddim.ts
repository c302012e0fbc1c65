// DDIM: steps to any other timestep with the predicted noise, of which `eta` replaces a part by
// fresh noise.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { broadcastLevels, checkShape } from '../process/coefficients.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { weightedSum } from '../process/weightedSum.ts'
import { clipX0 } from './clipping.ts'
import type { Clipping } from './clipping.ts'
import type { SamplerStep, StepWith } from './step.ts'

export interface DDIMOptions {
  /** From 0, the step of an ODE solver without fresh noise, to 1, the variance of DDPM. */
  eta: number
  /** Clips the predicted x_0 to the range of the data; undefined for no clipping. */
  clipping: Clipping | undefined
  /**
   * After clipping x_0, recomputes ε from x_t and the clipped x_0 (use_clipped_model_output of
   * diffusers). Without it the two do not belong to one x_t, and guided sampling with clipping
   * fails.
   */
  rederive: boolean
}

/** The noise is only needed for eta above 0. */
export type DDIMStep = StepWith<'prediction'> & Partial<Pick<SamplerStep, 'noise'>>

/**
 * One step x_t -> x_s of Song et al. 2021, eq. 12, between two levels (both one per item or one for
 * all). With eta = 0 no noise is needed, and s may be after t (inversion). Throws EngineError, by
 * argument, if shapes differ or if eta > 0 goes upward.
 */
export function ddimStep(
  { xt, prediction, from, to, noise }: DDIMStep,
  { eta, clipping, rederive }: DDIMOptions,
): Tensor {
  const { tensor: output, predicts } = prediction
  const predicted = convertPrediction(output, xt, from, predicts, 'sample')
  const x0 = clipX0(predicted, clipping)
  const epsilon =
    clipping && rederive
      ? convertPrediction(x0, xt, from, 'sample', 'epsilon')
      : convertPrediction(output, xt, from, predicts, 'epsilon')

  const { toX0, toEpsilon, toNoise } = ddimCoefficients(from, to, eta)
  const kept = [
    [x0, toX0],
    [epsilon, toEpsilon],
  ] as const
  if (eta === 0 || !noise) return weightedSum(kept)
  const z = noise()
  checkShape(z, xt, 'noise', 'x_t')
  return weightedSum([...kept, [z, toNoise]])
}

/**
 * The factors α_s of x_0, √(σ_s² - s²) of ε and s of fresh noise, with s = eta times the deviation
 * of the posterior.
 */
function ddimCoefficients(from: Levels, to: Levels, eta: number) {
  const [t, s] = broadcastLevels(from, to)
  checkDownward(t, s, eta)
  const toNoise = s.sigma.map((sigma, i) => {
    const passed = (t.alpha[i] * sigma) / (s.alpha[i] * t.sigma[i])
    return eta > 0 ? eta * sigma * Math.sqrt(1 - passed * passed) : 0
  })
  return {
    toX0: s.alpha,
    // Rounding may make it slightly negative.
    toEpsilon: s.sigma.map((sigma, i) => Math.sqrt(Math.max(0, sigma * sigma - toNoise[i] ** 2))),
    toNoise,
  }
}

/** Throws EngineError for fresh noise on a step upward. Both levels have the same length. */
export function checkDownward(t: Levels, s: Levels, eta: number) {
  const up = t.t.findIndex((_, i) => s.sigma[i] * t.alpha[i] > t.sigma[i] * s.alpha[i])
  if (eta > 0 && up >= 0) throw upwardError(eta, t.t[up], s.t[up])
}

const upwardError = (eta: number, t: number, tPrev: number) =>
  new EngineError(processMessages.etaUpward, { argument: 'eta', t, tPrev, eta })
