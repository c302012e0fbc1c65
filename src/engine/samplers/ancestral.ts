// Ancestral steps: a deterministic step overshoots towards clean data, and fresh noise leads back
// to the target level.
import { broadcastLevels } from '../process/coefficients.ts'
import { forwardStep } from '../process/forward.ts'
import type { Levels, Schedule } from '../process/schedule.ts'
import { levelsAtRatio, getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'

export interface AncestralOptions {
  /** Share of fresh noise: 0 for none, 1 for as much as the posterior has. */
  eta: number
  /** Factor on the added noise. Above 1 it compensates for lost detail. */
  s_noise: number
}

/**
 * The level that the deterministic part of a step from `from` to `to` reaches. With r = σ / α at
 * both ends, r_up = min(r_s, eta r_s √(1 - r_s² / r_t²)) is left to fresh noise, and r_down =
 * √(r_s² - r_up²). With eta = 1 r_up is the deviation of the posterior (Song et al. 2021 (DDIM),
 * eq. 16). Upward, and with eta = 0, it is `to` itself.
 */
export function ancestralDown(schedule: Schedule, from: Levels, to: Levels, eta: number): Levels {
  if (eta === 0) return to
  const [t, s] = broadcastLevels(from, to)
  const before = getRatios(t)
  return levelsAtRatio(
    schedule,
    getRatios(s).map((ratio, i) => {
      const up = Math.min(ratio, eta * ratio * Math.sqrt(Math.max(0, 1 - (ratio / before[i]) ** 2)))
      return Math.sqrt(ratio * ratio - up * up)
    }),
  )
}

/** Adds noise from `down` up to `to`. Draws none, and returns x, if the levels are equal. */
export function ancestralUp(
  x: Tensor,
  down: Levels,
  to: Levels,
  noise: () => Tensor,
  s_noise: number,
): Tensor {
  const ratios = getRatios(down)
  const same = getRatios(to).every((ratio, i) => ratio === ratios[ratios.length === 1 ? 0 : i])
  return same ? x : forwardStep(x, noise().mul(s_noise), down, to)
}
