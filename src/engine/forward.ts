// The forward process: adds noise to data, all at once or step by step.
import { checkShape, perItem } from './coefficients.ts'
import { NodeError } from './plan/fault.ts'
import type { Schedule } from './schedule.ts'
import { signalAndNoise } from './schedule.ts'
import type { Tensor } from './tf.ts'

/**
 * x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε (Ho et al. 2020, eq. 4). `x0` and `noise` `[b, ...]`, `t` one per item or one for all;
 * at t = -1 it is x_0 itself. Throws NodeError if shapes differ or t is no timestep of the schedule.
 */
export function addNoise(x0: Tensor, t: Float64Array, noise: Tensor, schedule: Schedule): Tensor {
  checkShape(noise, x0, 'noise', 'x_0')
  const { alpha, sigma } = signalAndNoise(schedule, t)
  return x0.mul(perItem(alpha, x0)).add(noise.mul(perItem(sigma, x0)))
}

/**
 * One draw of q(x_t | x_{t-1}) = N(√(1 - β_t) x_{t-1}, β_t I) (Ho et al. 2020, eq. 2): from t - 1 to `t`. The first step,
 * t = 0, starts from clean data. Shapes as in {@link addNoise}; throws NodeError for t = -1, to which no step leads.
 */
export function forwardStep(xPrev: Tensor, t: Float64Array, noise: Tensor, schedule: Schedule): Tensor {
  checkShape(noise, xPrev, 'noise', 'x_prev')
  const beta = t.map((step) => betaAt(schedule, step))
  return xPrev
    .mul(
      perItem(
        beta.map((b) => Math.sqrt(1 - b)),
        xPrev,
      ),
    )
    .add(noise.mul(perItem(beta.map(Math.sqrt), xPrev)))
}

function betaAt({ betas, T }: Schedule, t: number): number {
  const beta = betas[t]
  if (beta !== undefined) return beta
  throw new NodeError({
    slot: 't',
    message: `Expected a step of the forward process, a whole number from 0 to ${T - 1}, got ${t}.`,
    cure: 'The step t leads from t - 1 to t; begin with t = 0.',
  })
}
