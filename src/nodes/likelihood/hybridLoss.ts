// HybridLoss: L_simple + lambda L_vlb, for models with a learned variance.
import { hybridTerms, stepBack } from '../../engine/losses/index.ts'
import { requireTable } from '../../engine/process/schedule.ts'
import type { Scalar } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkComparable, checkSameTypes } from '../process/predictions.ts'
import { rejectPureNoise, rejectFixedVariance } from '../sampling/checks.ts'
import { dataLevels, levelsParam } from './levels.ts'

export const hybridLoss = defineNode({
  type: 'diffusion/HybridLoss',
  category: 'training',
  summary:
    'Loss for models with a learned variance: squared error for the prediction, and the variational bound for the variance only.',
  aliases: ['l_hybrid', 'improved ddpm'],
  equation: 'L = L_\\mathrm{simple} + \\lambda L_\\mathrm{vlb}',
  source: 'Nichol & Dhariwal 2021, eq. 16',
  inputs: {
    prediction: slot.prediction('Prediction of a model with a learned variance, from Predict'),
    target: slot.prediction('Target, from Target'),
    x_0: slot.samples('Clean data'),
    x_t: slot.samples('The same data with noise'),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule with betas'),
  },
  outputs: {
    loss: slot.loss('Scalar loss'),
    mse: slot.number('Mean squared error'),
    vlb: slot.number('Estimate of the full variational bound, in bits/dim'),
  },
  params: {
    vlb_weight: param.symbol(
      '\\lambda',
      param.real(
        0.001,
        { min: 0, max: 1000, step: 0.001 },
        'λ: weight of the bound; for 1000 timesteps, 0.001 weighs each term 1',
      ),
    ),
    levels: levelsParam,
  },
  check: (_, { prediction, target, schedule, t }) => {
    checkSameTypes(prediction, target, ['prediction', 'target'])
    if (schedule) requireTable(schedule.schedule)
    rejectFixedVariance(prediction)
    rejectPureNoise({ slot: 'prediction', prediction, schedule, times: [t] })
  },
  run: ({ prediction, target, x_0, x_t, t, schedule }, { vlb_weight, levels }) => {
    checkComparable(prediction, target, ['prediction', 'target'])
    const table = requireTable(schedule.schedule)
    const levelled = dataLevels(levels, x_0.space)
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
