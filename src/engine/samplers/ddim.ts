// The sampler of DDIM: keeps the noise it sees, or as much of it as eta says, and goes to any other timestep.
import { broadcastTimesteps, checkShape, perItem } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import { convertPrediction } from '../prediction.ts'
import type { Schedule } from '../schedule.ts'
import { alphaBarAt } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { clipped } from './clip.ts'

export interface DDIMOptions {
  /** From 0, no fresh noise, the step of an ODE solver, to 1, the variance of DDPM. */
  eta: number
  /** x_0 is held in [-clip, clip]; undefined: it is left as it is. */
  clip: number | undefined
  /**
   * After clipping, derive ε anew from x_t and the clipped x_0 (diffusers' use_clipped_model_output). Without, the two do
   * not belong to one x_t any more, and guided sampling with clipping falls apart.
   */
  rederive: boolean
}

/**
 * One step x_t -> x_s of Song et al. 2021, eq. 12, from `t` to s = `tPrev` (both one per item or one for all); -1 is clean
 * data. `xt` and `noise` `[b, ...]`; with eta = 0 no noise is needed, and s may be after t (inversion). Throws NodeError, by
 * slot, if shapes differ or if eta > 0 goes upward.
 */
export function ddimStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts'>,
  t: Float64Array,
  tPrev: Float64Array,
  schedule: Schedule,
  noise: Tensor | undefined,
  { eta, clip, rederive }: DDIMOptions,
): Tensor {
  const { tensor: output, predicts } = prediction
  const predicted = convertPrediction(output, xt, t, schedule, predicts, 'sample')
  const x0 = clip === undefined ? predicted : clipped(predicted, clip)
  const epsilon =
    clip !== undefined && rederive
      ? convertPrediction(x0, xt, t, schedule, 'sample', 'epsilon')
      : convertPrediction(output, xt, t, schedule, predicts, 'epsilon')

  const { toX0, toEpsilon, toNoise } = coefficients(t, tPrev, schedule, eta)
  const kept = x0.mul(perItem(toX0, xt)).add(epsilon.mul(perItem(toEpsilon, xt)))
  if (eta === 0 || !noise) return kept
  checkShape(noise, xt, 'noise', 'x_t')
  return kept.add(noise.mul(perItem(toNoise, xt)))
}

/** √ᾱ_s of x_0, √(1 - ᾱ_s - s²) of ε and s of fresh noise, with s = eta √((1 - ᾱ_s) / (1 - ᾱ_t) (1 - ᾱ_t / ᾱ_s)). */
function coefficients(t: Float64Array, tPrev: Float64Array, schedule: Schedule, eta: number) {
  const [from, to] = broadcastTimesteps(t, tPrev)
  const up = from.findIndex((step, i) => to[i]! > step)
  if (eta > 0 && up >= 0) throw upward(eta, from[up]!, to[up]!)
  const a = from.map((step) => alphaBarAt(schedule, step))
  const aPrev = to.map((step) => alphaBarAt(schedule, step))
  const toNoise = a.map((value, i) => (eta > 0 ? eta * Math.sqrt(((1 - aPrev[i]!) / (1 - value)) * (1 - value / aPrev[i]!)) : 0))
  return {
    toX0: aPrev.map(Math.sqrt),
    // Rounding may leave a little less than nothing.
    toEpsilon: aPrev.map((value, i) => Math.sqrt(Math.max(0, 1 - value - toNoise[i]! ** 2))),
    toNoise,
  }
}

const upward = (eta: number, t: number, tPrev: number) =>
  new NodeError({
    param: 'eta',
    message: `Expected eta = 0 for the step up from t = ${t} to ${tPrev}, got ${eta}: there is no fresh noise on the way to noise.`,
    cure: 'Set eta to 0, or take Timesteps that go down.',
  })
