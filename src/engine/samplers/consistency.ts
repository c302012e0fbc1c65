// Few-step samplers for consistency models, whose x_0 is accurate at every level: they step to
// clean data and add fresh noise.
import { checkShape, perItem } from '../process/coefficients.ts'
import type { Levels, Schedule } from '../process/schedule.ts'
import { levelsAt, getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { eulerStep } from './euler.ts'
import type { StepWith } from './step.ts'

/**
 * Song et al. 2023, algorithm 1: x_s = α_s x_0 + √(σ_s² - (α_s σ_min)²) z. σ_min is the σ/α at
 * which the model returns its input, so that x_0 has that much noise already; 0 for a model that
 * reaches clean data. `noise` is called only if some is added. `x0` and the noise `[b, ...]`,
 * levels one per item or one for all.
 */
export function consistencyStep(
  x0: Tensor,
  to: Levels,
  noise: () => Tensor,
  { sigma_min }: { sigma_min: number },
): Tensor {
  const added = to.sigma.map((sigma, i) =>
    Math.sqrt(Math.max(0, sigma ** 2 - (to.alpha[i] * sigma_min) ** 2)),
  )
  if (added.every((deviation) => deviation === 0)) return x0.mul(perItem(to.alpha, x0))
  const z = noise()
  checkShape(z, x0, 'noise', 'x_t')
  return x0.mul(perItem(to.alpha, x0)).add(z.mul(perItem(added, x0)))
}

export interface BoundaryOptions {
  /** Assumed standard deviation of the data; 0 for no boundary condition. */
  sigma_data: number
  /** Multiplies t. */
  timestep_scaling: number
}

/**
 * The boundary condition of a latent consistency model (Luo et al. 2023, eq. 9 and appendix; Song
 * et al. 2023, eq. 5): c_skip x_t + c_out x_0 with c_skip = σ_d² / (t'² + σ_d²), c_out = t' / √(t'²
 * + σ_d²), t' = `timestep_scaling` t, which is x_t itself at t = 0.
 */
export function applyBoundary(
  xt: Tensor,
  x0: Tensor,
  { t }: Levels,
  { sigma_data, timestep_scaling }: BoundaryOptions,
): Tensor {
  if (sigma_data === 0) return x0
  const scaled = t.map((time) => timestep_scaling * time)
  const skip = scaled.map((time) => sigma_data ** 2 / (time ** 2 + sigma_data ** 2))
  const out = scaled.map((time) => time / Math.hypot(time, sigma_data))
  return xt.mul(perItem(skip, xt)).add(x0.mul(perItem(out, xt)))
}

/**
 * One step of a latent consistency model (Luo et al. 2023, algorithm 3): applies the boundary
 * condition to x_0 and adds noise up to the next level.
 */
export const lcmStep = (
  { xt, x0, from, to, noise }: StepWith<'x0' | 'noise'>,
  options: BoundaryOptions,
): Tensor => consistencyStep(applyBoundary(xt, x0, from, options), to, noise, { sigma_min: 0 })

/**
 * One step of trajectory consistency (Zheng et al. 2024, algorithm 4, "strategic stochastic
 * sampling"): follows the predicted trajectory to s' = (1 - eta) s, and returns to s with fresh
 * noise. `eta` 0 is DDIM; 1 goes to the lowest noise level. In a table s' is an integer timestep.
 */
export function tcdStep(
  { xt, x0, epsilon, from, to, schedule, noise }: StepWith<'x0' | 'epsilon' | 'schedule' | 'noise'>,
  { eta }: { eta: number },
): Tensor {
  const below = eta > 0 ? intermediateLevel(schedule, to, eta) : to
  const reached = eulerStep(xt, x0, from, below, epsilon)
  const kept = to.alpha.map((alpha, i) => alpha / below.alpha[i])
  const added = kept.map((share, i) =>
    Math.sqrt(Math.max(0, to.sigma[i] ** 2 - (share * below.sigma[i]) ** 2)),
  )
  if (added.every((deviation) => deviation === 0)) return reached
  const z = noise()
  checkShape(z, xt, 'noise', 'x_t')
  return reached.mul(perItem(kept, xt)).add(z.mul(perItem(added, xt)))
}

/**
 * The level at (1 - eta) s, never with more noise than at s. Between timesteps, s may have less
 * noise than its timestep.
 */
function intermediateLevel(schedule: Schedule, to: Levels, eta: number): Levels {
  const whole = schedule.kind === 'table' ? Math.floor : (time: number) => time
  const t = to.t.map((time) => (time > 0 ? whole((1 - eta) * time) : time))
  const most = getRatios(to)
  const ratio = getRatios(levelsAt(schedule, { t })).map((value, i) => Math.min(value, most[i]))
  return levelsAt(schedule, { t, ratio })
}
