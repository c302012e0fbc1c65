// Ancestral steps: a deterministic step goes too far down, and fresh noise leads back up to where the step was to go.
import { broadcastLevels } from '../coefficients.ts'
import { forwardStep } from '../forward.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsOfRatio, ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'

export interface AncestralOptions {
  /** Share of fresh noise: 0 none, 1 as much as the posterior has. */
  eta: number
  /** Factor on the noise that is added; above 1 makes up for detail that is lost. */
  s_noise: number
}

/**
 * How far down the deterministic part of a step from `from` to `to` goes: with r = σ / α at both ends,
 * r_up = min(r_s, eta r_s √(1 - r_s² / r_t²)) is left to fresh noise, r_down = √(r_s² - r_up²). With eta = 1 r_up is the deviation of
 * the posterior (Song et al. 2021 (DDIM), eq. 16). Upward, and with eta = 0, it is `to` itself.
 */
export function ancestralDown(schedule: Schedule, from: Levels, to: Levels, eta: number): Levels {
  if (eta === 0) return to
  const [t, s] = broadcastLevels(from, to)
  const before = ratiosOf(t)
  return levelsOfRatio(
    schedule,
    ratiosOf(s).map((ratio, i) => {
      const up = Math.min(ratio, eta * ratio * Math.sqrt(Math.max(0, 1 - (ratio / before[i]!) ** 2)))
      return Math.sqrt(ratio * ratio - up * up)
    }),
  )
}

/** Back up from `down` to `to` by noise drawn where some is needed; x stays as it is where the two are one. */
export function ancestralUp(x: Tensor, down: Levels, to: Levels, noise: () => Tensor, s_noise: number): Tensor {
  const ratios = ratiosOf(down)
  const same = ratiosOf(to).every((ratio, i) => ratio === ratios[ratios.length === 1 ? 0 : i])
  return same ? x : forwardStep(x, noise().mul(s_noise), down, to)
}
