// Where a step back would go if the clean data were known.
import { posterior as posteriorOf } from '../../engine/posterior.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { defineNode, optional, samples, schedule, timestep } from '../define.ts'

export const posterior = defineNode({
  type: 'diffusion/Posterior',
  category: 'process',
  summary: 'Gives mean and variance of the step back from x_t when the clean x_0 is known: what DDPM learns to imitate.',
  equation:
    '\\tilde\\mu = \\frac{\\sqrt{\\bar\\alpha_{t-1}} \\beta_t}{1 - \\bar\\alpha_t} x_0 + \\frac{\\sqrt{\\alpha_t} (1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t} x_t, \\quad \\tilde\\beta_t = \\frac{1 - \\bar\\alpha_{t-1}}{1 - \\bar\\alpha_t} \\beta_t',
  source: 'Ho et al. 2020, eq. 7',
  inputs: {
    x_0: samples('clean data'),
    x_t: samples('the same data with noise'),
    t: timestep('of x_t'),
    t_prev: optional(timestep('where the step leads; unwired: t - 1')),
    schedule: schedule('how much noise t means'),
  },
  outputs: { mean: samples('of q(x_{t-1} | x_t, x_0)'), variance: samples('of each number, of the shape of mean') },
  params: {},
  run: ({ x_0, x_t, t, t_prev, schedule }) => {
    const before = t_prev ?? { t: t.t.map((step) => step - 1) }
    const [from, to] = [t, before].map((times) => levelsAt(schedule.schedule, times))
    const { mean, variance } = posteriorOf(x_0.tensor, x_t.tensor, from!, to!)
    const { space } = x_t
    return { mean: { type: 'samples', tensor: mean, space }, variance: { type: 'samples', tensor: variance, space } }
  },
})
