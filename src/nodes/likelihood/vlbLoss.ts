// VLBLoss: one term of the variational bound, as a loss or for LikelihoodEnd.
import { reverseGaussian, stepBack, vlbTerms } from '../../engine/losses/index.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { requireTable } from '../../engine/process/schedule.ts'
import type { Scalar, Tensor1D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { createClipping, clippingParams } from '../sampling/clipping.ts'
import { rejectPureNoise, rejectFixedVariance } from '../sampling/checks.ts'
import { weightErrors, toItemLosses } from '../training/items.ts'
import { dataLevels, levelsParam } from './levels.ts'

export const vlbLoss = defineNode({
  type: 'diffusion/VLBLoss',
  title: 'VLB Loss',
  category: 'training',
  summary:
    "Term of the variational lower bound at t: the KL divergence between the posterior and the model's reverse step; at t = 0, the negative log-likelihood of the data. In bits/dim.",
  aliases: ['elbo', 'variational lower bound', 'evidence lower bound', 'l_vlb'],
  equation:
    'L_t = D_{KL}\\left( q(x_{t-1} \\mid x_t, x_0) \\,\\|\\, p_\\theta(x_{t-1} \\mid x_t) \\right), \\quad L_0 = -\\log p_\\theta(x_0 \\mid x_1)',
  source:
    'Ho et al. 2020, eq. 5 and 13; Nichol & Dhariwal 2021, eq. 4; section 3.3 on drawing t by the losses',
  inputs: {
    prediction: slot.prediction('Model prediction for x_t'),
    x_0: slot.samples('Clean data'),
    x_t: slot.samples('The same data with noise'),
    t: slot.timestep('Timestep of x_t'),
    t_prev: slot.optional(slot.timestep('Timestep after the step; t - 1 if not connected')),
    schedule: slot.schedule('Schedule with betas'),
    weights: slot.optional(
      slot.weights('Weights of the items in the loss, from ImportanceTimesteps'),
    ),
  },
  outputs: {
    loss: slot.loss('T times the mean term: an estimate of the full bound if t is drawn uniformly'),
    term: slot.number('Mean of the terms, in bits/dim'),
    losses: slot.losses('Term of each item, without weights'),
  },
  params: {
    variance: param.choice(variances, 'Variance of the reverse step', {
      fixed_small: 'Variance of the posterior',
      fixed_large: 'Beta',
      learned: 'Predicted by the model, if it was built for that',
    }),
    levels: levelsParam,
    ...clippingParams,
  },
  check: ({ variance }, { prediction, schedule, t }) => {
    if (schedule) requireTable(schedule.schedule)
    if (variance === 'learned') rejectFixedVariance(prediction)
    rejectPureNoise({ slot: 'prediction', prediction, schedule, times: [t] })
  },
  run: (
    { prediction, x_0, x_t, t, t_prev, schedule, weights },
    { variance, levels, ...clippingValues },
  ) => {
    const table = requireTable(schedule.schedule)
    const levelled = dataLevels(levels, x_0.space)
    const step = stepBack(table, t.t, t_prev?.t, levelled)
    const reverse = reverseGaussian(x_t.tensor, prediction, step, {
      variance,
      clipping: createClipping(clippingValues, x_0.space),
    })
    const terms = vlbTerms(x_0.tensor, x_t.tensor, reverse, step, levelled) as Tensor1D
    return {
      loss: { type: 'loss', tensor: weightErrors(terms, weights).mean().mul(table.T) as Scalar },
      term: { type: 'number', tensor: terms.mean() as Scalar },
      losses: toItemLosses(terms, t),
    }
  },
})
