// What all ways of classifier-free guidance can be told.
import { advanced, real } from '../define.ts'

export const guidanceParams = {
  rescale: advanced(
    real(
      0,
      { min: 0, max: 1, step: 0.05, slider: true },
      'brings the spread of the guided prediction back to that of the conditional one: 0 not at all; 0.7 against too much contrast',
    ),
  ),
  t_low: advanced(real(0, { min: 0, step: 1 }, 'guided from this timestep')),
  t_high: advanced(
    real(1e6, { min: 0, step: 1 }, 'guided up to this timestep: leaving the noisiest out keeps samples different'),
  ),
}
