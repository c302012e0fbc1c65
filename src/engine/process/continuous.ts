// Schedules of continuous time: linear flow, variance exploding (time is σ), and the continuous
// limit of betas.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { FlowSchedule, SigmaSchedule, VPSchedule } from './schedule.ts'

/** A flow with pure noise at t = T. Throws EngineError unless T is above 0. */
export function flowSchedule(T = 1000): FlowSchedule {
  checkEndTime(T)
  return { kind: 'flow', name: 'flow', T }
}

/**
 * σ from `sigmaMin` to `sigmaMax`, with the defaults of Karras et al. 2022. Throws EngineError
 * unless 0 < `sigmaMin` < `sigmaMax`.
 */
export function sigmaSchedule({
  sigmaMin = 0.002,
  sigmaMax = 80,
}: Partial<SigmaSchedule> = {}): SigmaSchedule {
  const fits = sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax < Infinity
  if (!fits) {
    throw new EngineError(processMessages.sigmaOrder, { argument: 'sigmaMax', sigmaMin, sigmaMax })
  }
  return { kind: 'sigma', name: 'sigma', sigmaMin, sigmaMax }
}

/**
 * Betas that grow linearly over t from 0 to T, with the defaults of Song et al. 2021. Throws
 * EngineError if they do not grow, or are too large.
 */
export function vpSchedule({
  T = 1000,
  betaMin = 0.1,
  betaD = 19.9,
}: Partial<VPSchedule> = {}): VPSchedule {
  checkEndTime(T)
  const grows = betaMin >= 0 && betaD > 0 && betaMin + betaD < 1000
  if (!grows) {
    throw new EngineError(processMessages.betaGrowth, { argument: 'betaD', betaMin, betaD })
  }
  return { kind: 'vp', name: 'vp', T, betaMin, betaD }
}

function checkEndTime(T: number) {
  if (!(T > 0 && T < Infinity)) throw new EngineError(processMessages.endTime, { argument: 'T', T })
}
