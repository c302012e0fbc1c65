// One step of a latent consistency model.
import { lcmStep as step } from '../../../engine/samplers/consistency.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const lcmStep = defineStep({
  type: 'diffusion/LCMStep',
  title: 'LCM Step',
  summary:
    'One step of a latent consistency model: jumps to the predicted clean data, then back to t_prev with new noise. For models distilled to one to four steps. With sigma_data 0 it is a stochastic sampler for flows.',
  aliases: ['latent consistency', 'LCMScheduler'],
  equation:
    'x_s = \\alpha_s \\left( c_{skip}(t) x_t + c_{out}(t) \\hat{x}_0 \\right) + \\sigma_s z, \\quad c_{skip} = \\frac{\\sigma_d^2}{(k t)^2 + \\sigma_d^2}, \\; c_{out} = \\frac{k t}{\\sqrt{(k t)^2 + \\sigma_d^2}}',
  source: 'Luo et al. 2023, algorithm 3',
  sampler: {
    name: 'lcm',
    about: 'For models distilled to few steps: jumps to clean data and adds noise again',
    group: 'distilled',
  },
  noise: 'Noise z',
  params: {
    sigma_data: param.advanced(
      param.symbol(
        '\\sigma_d',
        param.real(
          0.5,
          { min: 0, max: 1000 },
          'Standard deviation of the data in the boundary condition at t = 0; 0: no boundary condition',
        ),
      ),
    ),
    timestep_scaling: param.advanced(
      param.symbol(
        'k',
        param.real(10, { min: 0, max: 1e6 }, 'Factor k on t in the boundary condition'),
      ),
    ),
  },
  step,
})
