// A term of the variational bound, to learn from or to add up.
import { reverseGaussian, stepBack, vlbTerms } from '../../engine/losses/index.ts'
import { variances } from '../../engine/samplers/ddpm.ts'
import { tableOf } from '../../engine/schedule.ts'
import type { Scalar, Tensor1D } from '../../engine/tf.ts'
import {
  choice,
  defineNode,
  loss,
  losses,
  number,
  optional,
  prediction,
  samples,
  schedule,
  timestep,
  weights,
} from '../define.ts'
import { holdOf, holdParams } from '../sampling/hold.ts'
import { refuseNothingButNoise, refuseNoVariance } from '../sampling/refusals.ts'
import { counted, lossesOf } from '../training/items.ts'
import { levelledOf, levelsParam } from './levels.ts'

export const vlbLoss = defineNode({
  type: 'diffusion/VLBLoss',
  title: 'VLB Loss',
  category: 'training',
  summary:
    'The term of the variational bound at t: how far the step back of the model is from that of the posterior, and at t = 0 how unlikely the data are to it. In bits/dim.',
  equation:
    'L_t = D_{KL}\\left( q(x_{t-1} \\mid x_t, x_0) \\,\\|\\, p_\\theta(x_{t-1} \\mid x_t) \\right), \\quad L_0 = -\\log p_\\theta(x_0 \\mid x_1)',
  source: 'Ho et al. 2020, eq. 5 and 13; Nichol & Dhariwal 2021, eq. 4; section 3.3 on drawing t by the losses',
  inputs: {
    prediction: prediction('what the model said of x_t'),
    x_0: samples('clean data'),
    x_t: samples('the same data with noise'),
    t: timestep('of x_t'),
    t_prev: optional(timestep('where the step leads; unwired: t - 1')),
    schedule: schedule('of betas'),
    weights: optional(weights('of the items, for the loss; from ImportanceTimesteps')),
  },
  outputs: {
    loss: loss('T times the mean term: an estimate of the whole bound, where t is drawn evenly'),
    term: number('the mean term, in bits/dim'),
    losses: losses('the term of each item, before weights'),
  },
  params: {
    variance: choice(
      variances,
      'of the step back: fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to',
    ),
    levels: levelsParam,
    ...holdParams,
  },
  check: ({ variance }, { prediction: said, schedule, t }) => {
    if (schedule) tableOf(schedule.schedule, 'A variational bound')
    if (variance === 'learned') refuseNoVariance(said)
    refuseNothingButNoise({ slot: 'prediction', said, schedule, times: [t] })
  },
  run: ({ prediction, x_0, x_t, t, t_prev, schedule, weights }, { variance, levels, ...hold }) => {
    const table = tableOf(schedule.schedule, 'A variational bound')
    const levelled = levelledOf(levels, x_0.space)
    const step = stepBack(table, t.t, t_prev?.t, levelled)
    const reverse = reverseGaussian(x_t.tensor, prediction, step, { variance, hold: holdOf(hold, x_0.space) })
    const terms = vlbTerms(x_0.tensor, x_t.tensor, reverse, step, levelled) as Tensor1D
    return {
      loss: { type: 'loss', tensor: counted(terms, weights).mean().mul(table.T) as Scalar },
      term: { type: 'number', tensor: terms.mean() as Scalar },
      losses: lossesOf(terms, t),
    }
  },
})
