// One step of the probability flow ODE that keeps count of the density.
import { densityStep } from '../../engine/likelihood.ts'
import { conditioningOf } from '../../engine/models/condition.ts'
import { predict } from '../../engine/models/predict.ts'
import { gaussianNoise } from '../../engine/noise.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { condition, defineNode, model, number, optional, samples, schedule, seed, timestep } from '../define.ts'
import { refuseNothingButNoise } from '../sampling/refusals.ts'

export const likelihoodStep = defineNode({
  type: 'diffusion/LikelihoodStep',
  category: 'evaluate',
  summary:
    'Makes one step along the ODE as Heun does, and estimates how the density changes on it: two evaluations and their gradients a step.',
  equation:
    '\\frac{d \\log p(x)}{d \\theta} = -\\mathrm{tr} \\frac{\\partial v}{\\partial x} \\approx -z^\\top \\frac{\\partial v}{\\partial x} z',
  source: 'Song et al. 2021, eq. 39 and 40; Hutchinson 1990',
  inputs: {
    model: model('trained or exact'),
    x_t: samples('at t'),
    t: timestep('of x_t'),
    t_prev: timestep('where the step leads: upward, for a likelihood'),
    schedule: schedule('the one the model was trained with'),
    condition: optional(condition('labels, -1 for none; unwired: none')),
  },
  outputs: {
    x_next: samples('at t_prev'),
    bits: number('what the step adds to -log p of the data, in bits/dim: the mean over the batch'),
  },
  params: { seed: seed('of z, -1 or 1 for each number, drawn afresh in each step') },
  check: (_, { model, schedule, t, t_prev }) =>
    refuseNothingButNoise({ slot: 'model', said: model, schedule, times: [t, t_prev] }),
  run: ({ model, x_t, t, t_prev, schedule: { schedule }, condition }, _, { random }) => {
    const { tensor, space } = x_t
    const known = condition && conditioningOf(condition)
    const { x, logDet } = densityStep(
      tensor,
      levelsAt(schedule, t),
      levelsAt(schedule, t_prev),
      (at, levels) => ({ tensor: predict(model, at, levels, known), predicts: model.predicts }),
      gaussianNoise(random, tensor.shape).sign(),
    )
    const perDim = tensor.size / tensor.shape[0]!
    return {
      x_next: { type: 'samples', tensor: x, space },
      bits: { type: 'number', tensor: logDet.mean().div(-perDim * Math.LN2) },
    }
  },
})
