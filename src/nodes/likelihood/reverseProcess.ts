// ReverseProcess: mean and variance of p(x_s | x_t).
import { reverseGaussian, stepBack } from '../../engine/losses/index.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { requireTable } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'
import { createClipping, clippingParams } from '../sampling/clipping.ts'
import { rejectPureNoise, rejectFixedVariance } from '../sampling/checks.ts'

export const reverseProcess = defineNode({
  type: 'diffusion/ReverseProcess',
  category: 'process',
  summary:
    "Mean and variance of the model's reverse step p(x_{t-1} | x_t). Posterior is its counterpart that knows the clean data.",
  aliases: ['p_mean_variance', 'reverse transition'],
  equation:
    'p_\\theta(x_{t-1} \\mid x_t) = \\mathcal{N}\\left(\\mu_\\theta(x_t, t), \\Sigma_\\theta(x_t, t)\\right)',
  source: 'Ho et al. 2020, section 3.2; learned variance: Nichol & Dhariwal 2021, eq. 15',
  inputs: {
    prediction: slot.prediction('Model prediction for x_t'),
    x_t: slot.samples('Data at t'),
    t: slot.timestep('Timestep of x_t'),
    t_prev: slot.optional(slot.timestep('Timestep after the step; t - 1 if not connected')),
    schedule: slot.schedule('Schedule with betas'),
  },
  outputs: {
    mean: slot.samples('Mean of p(x_{t-1} | x_t)'),
    variance: slot.samples('Variance of each element, with the shape of mean'),
  },
  params: {
    variance: param.choice(variances, 'Variance of the reverse step', {
      fixed_small: 'Variance of the posterior',
      fixed_large: 'Beta',
      learned: 'Predicted by the model, if it was built for that',
    }),
    ...clippingParams,
  },
  check: ({ variance }, { prediction, schedule, t }) => {
    if (schedule) requireTable(schedule.schedule)
    if (variance === 'learned') rejectFixedVariance(prediction)
    rejectPureNoise({ slot: 'prediction', prediction, schedule, times: [t] })
  },
  run: ({ prediction, x_t, t, t_prev, schedule }, { variance, ...clippingValues }) => {
    const { space, tensor } = x_t
    const step = stepBack(requireTable(schedule.schedule), t.t, t_prev?.t)
    const { mean, logVariance } = reverseGaussian(tensor, prediction, step, {
      variance,
      clipping: createClipping(clippingValues, space),
    })
    return {
      mean: { type: 'samples', tensor: mean, space },
      variance: { type: 'samples', tensor: logVariance.exp().broadcastTo(tensor.shape), space },
    }
  },
})
