// One step of a latent consistency model.
import { lcmStep as step } from '../../../engine/samplers/consistency.ts'
import { advanced, real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const lcmStep = defineStep({
  type: 'diffusion/LCMStep',
  title: 'LCM Step',
  summary:
    'Goes to the predicted clean data at once, and back up to t_prev with fresh noise: for models that were distilled to be right in one to four steps. With sigma_data 0 the stochastic sampler of flows.',
  equation:
    'x_s = \\alpha_s \\left( c_{skip}(t) x_t + c_{out}(t) \\hat{x}_0 \\right) + \\sigma_s z, \\quad c_{skip} = \\frac{\\sigma_d^2}{(k t)^2 + \\sigma_d^2}, \\; c_{out} = \\frac{k t}{\\sqrt{(k t)^2 + \\sigma_d^2}}',
  source: 'Luo et al. 2023, algorithm 3',
  sampler: { name: 'lcm', about: 'for models distilled to a few steps: clean data at once, and noise again' },
  noise: 'z',
  params: {
    sigma_data: advanced(
      symbol(
        '\\sigma_d',
        real(0.5, { min: 0, max: 1000 }, 'spread of the data in the boundary condition, which keeps x_t at t = 0; 0: none'),
      ),
    ),
    timestep_scaling: advanced(
      symbol('k', real(10, { min: 0, max: 1e6 }, 'k, what t is multiplied by in the boundary condition')),
    ),
  },
  step: ({ x, x0, from, to, noise }, options) => step(x, x0, from, to, noise, options),
})
