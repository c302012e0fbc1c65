// Params of fresh noise that several steps take.
import { advanced, real, symbol } from '../define.ts'

export const churnParams = {
  s_churn: advanced(
    real(
      0,
      { min: 0, max: 1e6, step: 1 },
      'noise added before steps, over all of them together, to forget errors: 0 none, 40 much',
    ),
  ),
  s_tmin: advanced(
    real(0, { min: 0, max: 1e6 }, 'churn only where the noise against the signal, sigma / alpha, is at least this'),
  ),
  s_tmax: advanced(real(1e6, { min: 0, max: 1e6 }, 'churn only where it is at most this')),
  s_noise: advanced(real(1, { min: 0, max: 2, step: 0.001 }, 'factor on fresh noise; a little above 1 makes up for lost detail')),
}

/** Of steps with fresh noise after a deterministic one. */
export const ancestralParams = {
  eta: symbol(
    '\\eta',
    real(
      1,
      { min: 0, max: 1, step: 0.05, slider: true },
      'share of fresh noise: 0 none, always the same way; 1 as the posterior has',
    ),
  ),
  s_noise: churnParams.s_noise,
}

/** In the Sampler `eta` is that of DDIM, which is 0 unless said. */
export const ancestralNames = { eta: 'ancestral_eta' }
