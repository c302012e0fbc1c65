// Churn: adds some noise before a step, which removes errors of earlier steps.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { forwardStep } from '../process/forward.ts'
import type { Levels } from '../process/schedule.ts'
import { levelsAtRatio, getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { StepPlace } from '../process/values.ts'
import type { SamplerStep } from './step.ts'

export interface ChurnOptions {
  /** S_churn: the amount of noise over all steps together; 0 for none. */
  s_churn: number
  /** S_tmin, S_tmax: the range of σ / α in which noise is added. */
  s_tmin: number
  s_tmax: number
  /** S_noise: factor on the added noise. */
  s_noise: number
}

export interface ChurnedStep extends Pick<SamplerStep, 'xt' | 'from' | 'schedule' | 'noise'> {
  /** Index of the step and number of steps, if known. */
  place: StepPlace | undefined
}

/**
 * Raises σ / α by the fraction γ = min(S_churn / N, √2 - 1) with fresh noise, for N steps (Karras
 * et al. 2022, algorithm 2, lines 4 to 6). If γ is 0, draws no noise and leaves x unchanged. Throws
 * EngineError if N is required and unknown.
 */
export function addChurn(
  { xt, from, schedule, place, noise }: ChurnedStep,
  { s_churn, s_tmin, s_tmax, s_noise }: ChurnOptions,
): { xt: Tensor; at: Levels } {
  if (!(s_churn > 0)) return { xt, at: from }
  if (!place) throw unknownCount()
  const gamma = Math.min(s_churn / place.count, Math.SQRT2 - 1)
  const ratios = getRatios(from)
  const raised = ratios.map((ratio) =>
    ratio >= s_tmin && ratio <= s_tmax ? ratio * (1 + gamma) : ratio,
  )
  if (raised.every((ratio, i) => ratio === ratios[i])) return { xt, at: from }
  const at = levelsAtRatio(schedule, raised)
  return { xt: forwardStep(xt, noise().mul(s_noise), from, at), at }
}

const unknownCount = () =>
  new EngineError(processMessages.churnWithoutCount, { argument: 's_churn' })
