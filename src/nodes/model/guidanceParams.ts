// Params shared by all forms of classifier-free guidance.
import { param } from '../define.ts'

export const guidanceParams = {
  rescale: param.advanced(
    param.real(
      0,
      { min: 0, max: 1, step: 0.05, slider: true },
      'Rescales the guided prediction towards the standard deviation of the conditional one: 0 is off, 0.7 reduces excessive contrast',
    ),
  ),
  t_low: param.advanced(param.real(0, { min: 0, step: 1 }, 'Lowest timestep with guidance')),
  t_high: param.advanced(
    param.real(
      1e6,
      { min: 0, step: 1 },
      'Highest timestep with guidance; leaving out the noisiest ones keeps samples diverse',
    ),
  ),
}
