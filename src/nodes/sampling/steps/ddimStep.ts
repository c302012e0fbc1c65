// One step of DDIM.
import { ddimStep as step, checkDownward } from '../../../engine/samplers/ddim.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const ddimStep = defineStep({
  type: 'diffusion/DDIMStep',
  summary:
    'One DDIM step from t to t_prev: combines the predicted clean data with as much of the predicted noise as t_prev has. Also works from data to noise.',
  aliases: ['ddim', 'eta', 'DDIMScheduler', 'deterministic sampling'],
  equation:
    'x_s = \\sqrt{\\bar\\alpha_s} \\hat{x}_0 + \\sqrt{1 - \\bar\\alpha_s - \\sigma^2} \\, \\hat\\epsilon + \\sigma z',
  source: 'Song et al. 2021, eq. 12 and 16',
  sampler: { name: 'ddim', about: 'Deterministic, good with few steps' },
  noise: 'Noise z for eta above 0',
  fromClean: true,
  params: {
    eta: param.real(
      0,
      { min: 0, max: 1, step: 0.05, slider: true },
      'Amount of new noise: 0 is deterministic, 1 is DDPM',
    ),
    rederive: param.advanced(
      param.toggle(
        true,
        'After clamping, recomputes the noise from the clamped x_0 (use_clipped_model_output of diffusers, where it is off). Guided sampling with clamping fails without it',
      ),
    ),
  },
  check: ({ eta }, { levels }) => levels && checkDownward(levels.from, levels.to, eta),
  step: ({ xt, prediction, from, to, noise, clipping }, { eta, rederive }) =>
    step({ xt, prediction, from, to, noise }, { eta, rederive, clipping }),
})
