// The Gaussian from which a model draws a step back.
import { reverseGaussian, stepBack } from '../../engine/losses/index.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { tableOf } from '../../engine/schedule.ts'
import { choice, defineNode, optional, prediction, samples, schedule, timestep } from '../define.ts'
import { holdOf, holdParams } from '../sampling/hold.ts'
import { refuseNothingButNoise, refuseNoVariance } from '../sampling/refusals.ts'

export const reverseProcess = defineNode({
  type: 'diffusion/ReverseProcess',
  category: 'process',
  summary: 'Gives mean and variance of the step back that a model makes, where Posterior has the one that knows the clean data.',
  equation: 'p_\\theta(x_{t-1} \\mid x_t) = \\mathcal{N}\\left(\\mu_\\theta(x_t, t), \\Sigma_\\theta(x_t, t)\\right)',
  source: 'Ho et al. 2020, section 3.2; learned variance: Nichol & Dhariwal 2021, eq. 15',
  inputs: {
    prediction: prediction('what the model said of x_t'),
    x_t: samples('at t'),
    t: timestep('of x_t'),
    t_prev: optional(timestep('where the step leads; unwired: t - 1')),
    schedule: schedule('of betas'),
  },
  outputs: { mean: samples('of p(x_{t-1} | x_t)'), variance: samples('of each number, of the shape of mean') },
  params: {
    variance: choice(
      variances,
      'fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to',
    ),
    ...holdParams,
  },
  check: ({ variance }, { prediction: said, schedule, t }) => {
    if (schedule) tableOf(schedule.schedule, 'A step of the reverse process')
    if (variance === 'learned') refuseNoVariance(said)
    refuseNothingButNoise({ slot: 'prediction', said, schedule, times: [t] })
  },
  run: ({ prediction, x_t, t, t_prev, schedule }, { variance, ...hold }) => {
    const { space, tensor } = x_t
    const step = stepBack(tableOf(schedule.schedule, 'A step of the reverse process'), t.t, t_prev?.t)
    const { mean, logVariance } = reverseGaussian(tensor, prediction, step, { variance, hold: holdOf(hold, space) })
    return {
      mean: { type: 'samples', tensor: mean, space },
      variance: { type: 'samples', tensor: logVariance.exp().broadcastTo(tensor.shape), space },
    }
  },
})
