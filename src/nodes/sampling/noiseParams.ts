// Params for fresh noise, shared by several steps.
import { param } from '../define.ts'

export const churnParams = {
  s_churn: param.advanced(
    param.real(
      0,
      { min: 0, max: 1e6, step: 1 },
      'Amount of noise added before the steps, summed over all steps, which removes errors: 0 is none, 40 is much',
    ),
  ),
  s_tmin: param.advanced(
    param.real(0, { min: 0, max: 1e6 }, 'Smallest noise level sigma / alpha with churn'),
  ),
  s_tmax: param.advanced(
    param.real(1e6, { min: 0, max: 1e6 }, 'Largest noise level sigma / alpha with churn'),
  ),
  s_noise: param.advanced(
    param.real(
      1,
      { min: 0, max: 2, step: 0.001 },
      'Factor on new noise; slightly above 1 compensates for lost detail',
    ),
  ),
}

/** Params of ancestral steps. */
export const ancestralParams = {
  eta: param.symbol(
    '\\eta',
    param.real(
      1,
      { min: 0, max: 1, step: 0.05, slider: true },
      'Amount of new noise: 0 is deterministic, 1 is that of the posterior',
    ),
  ),
  s_noise: churnParams.s_noise,
}

/** Name of the param in Sampler, where `eta` is DDIM's, with default 0. */
export const ancestralNames = { eta: 'ancestral_eta' }
