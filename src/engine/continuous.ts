// Schedules of continuous time: a straight flow, unscaled data with σ for a time, the limit of ever more betas.
import { NodeError } from './plan/fault.ts'
import type { FlowSchedule, SigmaSchedule, VPSchedule } from './schedule.ts'

/** Of which t = T is pure noise. Throws NodeError unless T is above 0. */
export function flowSchedule(T = 1000): FlowSchedule {
  refuseUnless(T > 0 && T < Infinity, 'num_train_timesteps', `Expected a time above 0 for pure noise, got ${T}.`, '1000')
  return { kind: 'flow', name: 'flow', T }
}

/** σ from `sigmaMin` to `sigmaMax`; the defaults of Karras et al. 2022. Throws NodeError unless they are in order. */
export function sigmaSchedule({ sigmaMin = 0.002, sigmaMax = 80 }: Partial<SigmaSchedule> = {}): SigmaSchedule {
  const fits = sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax < Infinity
  refuseUnless(fits, 'sigma_max', `Expected 0 < sigma_min < sigma_max, got ${sigmaMin} and ${sigmaMax}.`, '80')
  return { kind: 'sigma', name: 'sigma', sigmaMin, sigmaMax }
}

/** Betas that grow linearly over t from 0 to T; the defaults of Song et al. 2021. Throws NodeError if they lead nowhere. */
export function vpSchedule({ T = 1000, betaMin = 0.1, betaD = 19.9 }: Partial<VPSchedule> = {}): VPSchedule {
  refuseUnless(T > 0 && T < Infinity, 'num_train_timesteps', `Expected a time above 0 for the end, got ${T}.`, '1000')
  const grows = betaMin >= 0 && betaD > 0 && betaMin + betaD < 1000
  refuseUnless(
    grows,
    'beta_d',
    `Expected beta_min from 0 and beta_d above 0, below 1000 together, got ${betaMin} and ${betaD}.`,
    '19.9',
  )
  return { kind: 'vp', name: 'vp', T, betaMin, betaD }
}

function refuseUnless(fits: boolean, param: string, message: string, usual: string) {
  if (!fits) throw new NodeError({ param, message, cure: `Set ${param} to ${usual}, the usual value.` })
}
