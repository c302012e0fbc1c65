// Samplers of few steps, for models whose x_0 is good at once: to clean data, and back up with fresh noise.
import { checkShape, perItem } from '../coefficients.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsAt, ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { eulerStep } from './euler.ts'

/**
 * Song et al. 2023, algorithm 1: x_s = α_s x_0 + √(σ_s² - (α_s σ_min)²) z, where σ_min is the σ/α at which the model was made to give back
 * what it gets, so that x_0 has that much noise already; 0 for one that reaches clean data. `noise` is asked for where there is
 * some to add. `x0` and the noise `[b, ...]`, levels one per item or one for all.
 */
export function consistencyStep(x0: Tensor, to: Levels, noise: () => Tensor, { sigma_min }: { sigma_min: number }): Tensor {
  const added = to.sigma.map((sigma, i) => Math.sqrt(Math.max(0, sigma ** 2 - (to.alpha[i]! * sigma_min) ** 2)))
  if (added.every((deviation) => deviation === 0)) return x0.mul(perItem(to.alpha, x0))
  const z = noise()
  checkShape(z, x0, 'noise', 'x_t')
  return x0.mul(perItem(to.alpha, x0)).add(z.mul(perItem(added, x0)))
}

export interface BoundaryOptions {
  /** Standard deviation that the data are taken to have; 0 for no boundary condition. */
  sigma_data: number
  /** What t is multiplied by. */
  timestep_scaling: number
}

/**
 * The boundary condition of a latent consistency model (Luo et al. 2023, eq. 9 and appendix; Song et al. 2023, eq. 5):
 * c_skip x_t + c_out x_0 with c_skip = σ_d² / (t'² + σ_d²), c_out = t' / √(t'² + σ_d²), t' = `timestep_scaling` t, which is x_t itself at t = 0.
 */
export function withBoundary(xt: Tensor, x0: Tensor, { t }: Levels, { sigma_data, timestep_scaling }: BoundaryOptions): Tensor {
  if (sigma_data === 0) return x0
  const scaled = t.map((time) => timestep_scaling * time)
  const skip = scaled.map((time) => sigma_data ** 2 / (time ** 2 + sigma_data ** 2))
  const out = scaled.map((time) => time / Math.hypot(time, sigma_data))
  return xt.mul(perItem(skip, xt)).add(x0.mul(perItem(out, xt)))
}

/** One step of a latent consistency model (Luo et al. 2023, algorithm 3): x_0 by its boundary condition, noised to the next level. */
export const lcmStep = (
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  noise: () => Tensor,
  options: BoundaryOptions,
): Tensor => consistencyStep(withBoundary(xt, x0, from, options), to, noise, { sigma_min: 0 })

/**
 * One step of trajectory consistency (Zheng et al. 2024, algorithm 4, "strategic stochastic sampling"): along the predicted way to
 * s' = (1 - eta) s, and up to s with fresh noise. `eta` 0: DDIM; 1: by way of the least noise there is. In a table s' is a whole
 * timestep. `xt`, `x0`, `epsilon` and the noise `[b, ...]`.
 */
export function tcdStep(
  xt: Tensor,
  x0: Tensor,
  epsilon: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  noise: () => Tensor,
  { eta }: { eta: number },
): Tensor {
  const below = eta > 0 ? shortOf(schedule, to, eta) : to
  const reached = eulerStep(xt, x0, from, below, epsilon)
  const kept = to.alpha.map((alpha, i) => alpha / below.alpha[i]!)
  const added = kept.map((share, i) => Math.sqrt(Math.max(0, to.sigma[i]! ** 2 - (share * below.sigma[i]!) ** 2)))
  if (added.every((deviation) => deviation === 0)) return reached
  const z = noise()
  checkShape(z, xt, 'noise', 'x_t')
  return reached.mul(perItem(kept, xt)).add(z.mul(perItem(added, xt)))
}

/** The level at (1 - eta) s: never one with more noise than at s, which lies between timesteps where levels are given by a curve. */
function shortOf(schedule: Schedule, to: Levels, eta: number): Levels {
  const whole = schedule.kind === 'table' ? Math.floor : (time: number) => time
  const t = to.t.map((time) => (time > 0 ? whole((1 - eta) * time) : time))
  const most = ratiosOf(to)
  const ratio = ratiosOf(levelsAt(schedule, { t })).map((value, i) => Math.min(value, most[i]!))
  return levelsAt(schedule, { t, ratio })
}
