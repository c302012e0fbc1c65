// Posterior: q(x_s | x_t, x_0).
import { posterior as posteriorOf } from '../../engine/process/posterior.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, slot } from '../define.ts'

export const posterior = defineNode({
  type: 'diffusion/Posterior',
  category: 'process',
  summary:
    'Mean and variance of the posterior q(x_{t-1} | x_t, x_0): the reverse step when the clean data is known, which DDPM learns to approximate.',
  aliases: ['q_posterior', 'q_posterior_mean_variance'],
  equation:
    '\\tilde\\mu = \\frac{\\sqrt{\\bar\\alpha_{t-1}} \\beta_t}{1 - \\bar\\alpha_t} x_0 + \\frac{\\sqrt{\\alpha_t} (1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t} x_t, \\quad \\tilde\\beta_t = \\frac{1 - \\bar\\alpha_{t-1}}{1 - \\bar\\alpha_t} \\beta_t',
  source: 'Ho et al. 2020, eq. 7',
  inputs: {
    x_0: slot.samples('Clean data'),
    x_t: slot.samples('The same data with noise'),
    t: slot.timestep('Timestep of x_t'),
    t_prev: slot.optional(slot.timestep('Timestep after the step; t - 1 if not connected')),
    schedule: slot.schedule('Schedule that defines the noise level at t'),
  },
  outputs: {
    mean: slot.samples('Mean of q(x_{t-1} | x_t, x_0)'),
    variance: slot.samples('Variance of each element, with the shape of mean'),
  },
  params: {},
  run: ({ x_0, x_t, t, t_prev, schedule }) => {
    const before = t_prev ?? { t: t.t.map((step) => step - 1) }
    const [from, to] = [t, before].map((times) => levelsAt(schedule.schedule, times))
    const { mean, variance } = posteriorOf(x_0.tensor, x_t.tensor, from, to)
    const { space } = x_t
    return {
      mean: { type: 'samples', tensor: mean, space },
      variance: { type: 'samples', tensor: variance, space },
    }
  },
})
