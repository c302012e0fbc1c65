// The loss for models that learn their variance as well.
import { hybridTerms, stepBack } from '../../engine/losses/index.ts'
import { tableOf } from '../../engine/schedule.ts'
import type { Scalar } from '../../engine/tf.ts'
import { defineNode, loss, number, prediction, real, samples, schedule, timestep, symbol } from '../define.ts'
import { checkAlike, checkKinds } from '../predictions.ts'
import { refuseNothingButNoise, refuseNoVariance } from '../sampling/refusals.ts'
import { levelledOf, levelsParam } from './levels.ts'

export const hybridLoss = defineNode({
  type: 'diffusion/HybridLoss',
  category: 'training',
  summary:
    'Teaches a model its prediction by the squared error, and its variance by the variational bound, in which the prediction counts as a constant.',
  equation: 'L = L_\\mathrm{simple} + \\lambda L_\\mathrm{vlb}',
  source: 'Nichol & Dhariwal 2021, eq. 16',
  inputs: {
    prediction: prediction('from Predict, of a model with a learned variance'),
    target: prediction('what it should have been, from Target'),
    x_0: samples('clean data'),
    x_t: samples('the same data with noise'),
    t: timestep('of x_t'),
    schedule: schedule('of betas'),
  },
  outputs: {
    loss: loss('one number'),
    mse: number('the squared error alone'),
    vlb: number('an estimate of the whole bound, in bits/dim'),
  },
  params: {
    vlb_weight: symbol(
      '\\lambda',
      real(0.001, { min: 0, max: 1000, step: 0.001 }, 'λ: of the bound; with 1000 timesteps 0.001 weighs each term 1'),
    ),
    levels: levelsParam,
  },
  check: (_, { prediction: said, target, schedule, t }) => {
    checkKinds(said, target, ['prediction', 'target'])
    if (schedule) tableOf(schedule.schedule, 'A variational bound')
    refuseNoVariance(said)
    refuseNothingButNoise({ slot: 'prediction', said, schedule, times: [t] })
  },
  run: ({ prediction, target, x_0, x_t, t, schedule }, { vlb_weight, levels }) => {
    checkAlike(prediction, target, ['prediction', 'target'])
    const table = tableOf(schedule.schedule, 'A variational bound')
    const levelled = levelledOf(levels, x_0.space)
    const step = stepBack(table, t.t, undefined, levelled)
    const terms = hybridTerms(x_0.tensor, x_t.tensor, prediction, target.tensor, step, levelled)
    const [mse, vlb]: Scalar[] = [terms.mse.mean(), terms.vlb.mean().mul(table.T)]
    return {
      loss: { type: 'loss', tensor: mse.add(vlb.mul(vlb_weight)) },
      mse: { type: 'number', tensor: mse },
      vlb: { type: 'number', tensor: vlb },
    }
  },
})
