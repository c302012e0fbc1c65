// One step of DDIM.
import { ddimStep as step, refuseUpward } from '../../../engine/samplers/ddim.ts'
import { advanced, real, toggle } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const ddimStep = defineStep({
  type: 'diffusion/DDIMStep',
  summary:
    'Makes one step from t to t_prev as DDIM does: to the predicted clean data with as much of the predicted noise as t_prev has. Goes up as well as down.',
  equation: 'x_s = \\sqrt{\\bar\\alpha_s} \\hat{x}_0 + \\sqrt{1 - \\bar\\alpha_s - \\sigma^2} \\, \\hat\\epsilon + \\sigma z',
  source: 'Song et al. 2021, eq. 12 and 16',
  sampler: { name: 'ddim', about: 'good with few steps' },
  noise: 'z, for eta above 0',
  fromClean: true,
  params: {
    eta: real(0, { min: 0, max: 1, step: 0.05, slider: true }, 'share of fresh noise: 0 none, always the same way; 1 as DDPM'),
    rederive: advanced(
      toggle(
        true,
        'after clipping, take the noise that belongs to the clipped x_0 (use_clipped_model_output of diffusers, off there); without, guided sampling with clipping breaks',
      ),
    ),
  },
  check: ({ eta }, { way }) => way && refuseUpward(way.from, way.to, eta),
  step: ({ x, prediction, from, to, noise, hold }, { eta, rederive }) =>
    step(x, prediction, from, to, eta > 0 ? noise() : undefined, { eta, rederive, hold }),
})
