// The sampler of DDIM: keeps the noise it sees, or as much of it as eta says, and goes to any other timestep.
import { broadcastLevels, checkShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { weightedSum } from '../weightedSum.ts'
import { held } from './hold.ts'
import type { Hold } from './hold.ts'

export interface DDIMOptions {
  /** From 0, no fresh noise, the step of an ODE solver, to 1, the variance of DDPM. */
  eta: number
  /** How the predicted x_0 is held in the range of the data; undefined: it is left as it is. */
  hold: Hold | undefined
  /**
   * After holding x_0, derive ε anew from x_t and the held x_0 (diffusers' use_clipped_model_output). Without, the two do
   * not belong to one x_t any more, and guided sampling with clipping falls apart.
   */
  rederive: boolean
}

/**
 * One step x_t -> x_s of Song et al. 2021, eq. 12, between two levels (both one per item or one for all). `xt` and `noise`
 * `[b, ...]`; with eta = 0 no noise is needed, and s may be after t (inversion). Throws NodeError, by slot, if shapes differ or
 * if eta > 0 goes upward.
 */
export function ddimStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts'>,
  from: Levels,
  to: Levels,
  noise: Tensor | undefined,
  { eta, hold, rederive }: DDIMOptions,
): Tensor {
  const { tensor: output, predicts } = prediction
  const predicted = convertPrediction(output, xt, from, predicts, 'sample')
  const x0 = held(predicted, hold)
  const epsilon =
    hold && rederive
      ? convertPrediction(x0, xt, from, 'sample', 'epsilon')
      : convertPrediction(output, xt, from, predicts, 'epsilon')

  const { toX0, toEpsilon, toNoise } = coefficients(from, to, eta)
  const kept = [
    [x0, toX0],
    [epsilon, toEpsilon],
  ] as const
  if (eta === 0 || !noise) return weightedSum(kept)
  checkShape(noise, xt, 'noise', 'x_t')
  return weightedSum([...kept, [noise, toNoise]])
}

/** α_s of x_0, √(σ_s² - s²) of ε and s of fresh noise, with s = eta times the deviation of the posterior. */
function coefficients(from: Levels, to: Levels, eta: number) {
  const [t, s] = broadcastLevels(from, to)
  refuseUpward(t, s, eta)
  const toNoise = s.sigma.map((sigma, i) => {
    const passed = (t.alpha[i]! * sigma) / (s.alpha[i]! * t.sigma[i]!)
    return eta > 0 ? eta * sigma * Math.sqrt(1 - passed * passed) : 0
  })
  return {
    toX0: s.alpha,
    // Rounding may leave a little less than nothing.
    toEpsilon: s.sigma.map((sigma, i) => Math.sqrt(Math.max(0, sigma * sigma - toNoise[i]! ** 2))),
    toNoise,
  }
}

/** Throws NodeError if fresh noise is asked for on a way up; the levels are as many. */
export function refuseUpward(t: Levels, s: Levels, eta: number) {
  const up = t.t.findIndex((_, i) => s.sigma[i]! * t.alpha[i]! > t.sigma[i]! * s.alpha[i]!)
  if (eta > 0 && up >= 0) throw upward(eta, t.t[up]!, s.t[up]!)
}

const upward = (eta: number, t: number, tPrev: number) =>
  new NodeError({
    param: 'eta',
    message: `Expected eta = 0 for the step up from t = ${t} to ${tPrev}, got ${eta}: there is no fresh noise on the way to noise.`,
    cure: 'Set eta to 0, or take Timesteps that go down.',
  })
