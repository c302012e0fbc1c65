// Churn: before a step some noise is added, so that errors of earlier steps are forgotten.
import { forwardStep } from '../forward.ts'
import { NodeError } from '../plan/fault.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsOfRatio, ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'

export interface ChurnOptions {
  /** S_churn: how much noise is added over all steps together. 0: none. */
  s_churn: number
  /** S_tmin, S_tmax: only where σ / α lies between. */
  s_tmin: number
  s_tmax: number
  /** S_noise: factor on the noise that is added. */
  s_noise: number
}

/**
 * Karras et al. 2022, algorithm 2, lines 4 to 6: σ / α is raised by the share γ = min(S_churn / N, √2 - 1), with fresh noise to
 * match; N is the number of steps. Where γ is 0 nothing is drawn, and x and its level stay. Throws NodeError where N is
 * needed and unknown.
 */
export function churned(
  xt: Tensor,
  from: Levels,
  schedule: Schedule,
  { s_churn, s_tmin, s_tmax, s_noise }: ChurnOptions,
  steps: number | undefined,
  noise: () => Tensor,
): { x: Tensor; at: Levels } {
  if (!(s_churn > 0)) return { x: xt, at: from }
  if (steps === undefined) throw unknownCount()
  const gamma = Math.min(s_churn / steps, Math.SQRT2 - 1)
  const ratios = ratiosOf(from)
  const raised = ratios.map((ratio) => (ratio >= s_tmin && ratio <= s_tmax ? ratio * (1 + gamma) : ratio))
  if (raised.every((ratio, i) => ratio === ratios[i])) return { x: xt, at: from }
  const at = levelsOfRatio(schedule, raised)
  return { x: forwardStep(xt, noise().mul(s_noise), from, at), at }
}

const unknownCount = () =>
  new NodeError({
    param: 's_churn',
    message: 's_churn is shared out over all steps, but t does not say how many there are.',
    cure: 'Wire t from SamplingStart, or set s_churn to 0.',
  })
