// One step of ancestral sampling.
import { posteriorCoefficients } from '../../../engine/posterior.ts'
import { ddpmStep as step, variances } from '../../../engine/samplers/ddpm.ts'
import { choice } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { refuseNoVariance } from '../refusals.ts'

export const ddpmStep = defineStep({
  type: 'diffusion/DDPMStep',
  summary:
    'Makes one step from t to t_prev as DDPM does: to the mean of the posterior for the predicted clean data, and fresh noise on top.',
  equation:
    'x_{t-1} = \\frac{\\sqrt{\\bar\\alpha_{t-1}} \\beta_t}{1 - \\bar\\alpha_t} \\hat{x}_0 + \\frac{\\sqrt{\\alpha_t} (1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t} x_t + \\sigma_t z',
  source: 'Ho et al. 2020, algorithm 2 and eq. 7; learned variance: Nichol & Dhariwal 2021, eq. 15',
  sampler: { name: 'ddpm', about: 'ancestral, good with many steps' },
  noise: 'z',
  params: {
    variance: choice(
      variances,
      'of the noise: fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to',
    ),
  },
  check: ({ variance }, { said, way }) => {
    if (variance === 'learned') refuseNoVariance(said)
    if (way) posteriorCoefficients(way.from, way.to)
  },
  step: ({ x, prediction, from, to, noise, hold }, { variance }) => step(x, prediction, from, to, noise(), { variance, hold }),
})
