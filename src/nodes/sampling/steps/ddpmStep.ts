// One step of ancestral sampling.
import { posteriorCoefficients } from '../../../engine/process/posterior.ts'
import { ddpmStep as step, variances } from '../../../engine/samplers/ddpm.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { rejectFixedVariance } from '../checks.ts'

export const ddpmStep = defineStep({
  type: 'diffusion/DDPMStep',
  summary:
    'One DDPM step from t to t_prev: the mean of the posterior for the predicted clean data, plus new noise.',
  aliases: ['ddpm', 'p_sample', 'ancestral sampling'],
  equation:
    'x_{t-1} = \\frac{\\sqrt{\\bar\\alpha_{t-1}} \\beta_t}{1 - \\bar\\alpha_t} \\hat{x}_0 + \\frac{\\sqrt{\\alpha_t} (1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t} x_t + \\sigma_t z',
  source: 'Ho et al. 2020, algorithm 2 and eq. 7; learned variance: Nichol & Dhariwal 2021, eq. 15',
  sampler: { name: 'ddpm', about: 'Ancestral, good with many steps', group: 'freshNoise' },
  noise: 'Noise z',
  params: {
    variance: param.choice(variances, 'Variance of the new noise', {
      fixed_small: 'Variance of the posterior',
      fixed_large: 'Beta',
      learned: 'Predicted by the model, if it was built for that',
    }),
    noise_to_clean: param.when(
      'variance',
      ['fixed_large', 'learned'],
      param.added(
        param.advanced(
          param.toggle(
            false,
            'Adds noise also in a step to clean data that starts above t = 0, as diffusers does with steps_offset; its samples are noisy',
          ),
        ),
      ),
    ),
  },
  check: ({ variance }, { model, levels }) => {
    if (variance === 'learned') rejectFixedVariance(model)
    if (levels) posteriorCoefficients(levels.from, levels.to)
  },
  step: (
    { xt, prediction, from, to, noise, clipping },
    { variance, noise_to_clean: noiseToClean },
  ) => step({ xt, prediction, from, to, noise }, { variance, clipping, noiseToClean }),
})
