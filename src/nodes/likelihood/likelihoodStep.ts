// LikelihoodStep: one step of the probability flow ODE with its change of log density.
import { densityStep } from '../../engine/process/likelihood.ts'
import { toConditioning } from '../../engine/models/condition.ts'
import { predict } from '../../engine/models/predict.ts'
import { gaussianNoise } from '../../engine/process/noise.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'
import { rejectPureNoise } from '../sampling/checks.ts'

export const likelihoodStep = defineNode({
  type: 'diffusion/LikelihoodStep',
  category: 'evaluate',
  summary:
    "One Heun step along the probability flow ODE, with an estimate of the change in density by Hutchinson's trace estimator. Two evaluations and their gradients per step.",
  equation:
    '\\frac{d \\log p(x)}{d \\theta} = -\\mathrm{tr} \\frac{\\partial v}{\\partial x} \\approx -z^\\top \\frac{\\partial v}{\\partial x} z',
  source: 'Song et al. 2021, eq. 39 and 40; Hutchinson 1990',
  inputs: {
    model: slot.model('Trained or exact model'),
    x_t: slot.samples('Data at t'),
    t: slot.timestep('Timestep of x_t'),
    t_prev: slot.timestep('Timestep after the step; for a likelihood, towards noise'),
    schedule: slot.schedule('Schedule that the model was trained with'),
    condition: slot.optional(
      slot.condition('Labels, -1 for none. If not connected, unconditional'),
    ),
  },
  outputs: {
    x_next: slot.samples('Data at t_prev'),
    bits: slot.number('Contribution to -log p of the data in bits/dim, mean over the batch'),
  },
  params: { seed: param.seed('Seed of the random signs z, which are drawn in each step') },
  check: (_, { model, schedule, t, t_prev }) =>
    rejectPureNoise({ slot: 'model', prediction: model, schedule, times: [t, t_prev] }),
  run: ({ model, x_t, t, t_prev, schedule: { schedule }, condition }, _, { random }) => {
    const { tensor, space } = x_t
    const known = condition && toConditioning(condition)
    const { x, logDet } = densityStep(
      tensor,
      levelsAt(schedule, t),
      levelsAt(schedule, t_prev),
      (at, levels) => ({ tensor: predict(model, at, levels, known), predicts: model.predicts }),
      gaussianNoise(random, tensor.shape).sign(),
    )
    const perDim = tensor.size / tensor.shape[0]
    return {
      x_next: { type: 'samples', tensor: x, space },
      bits: { type: 'number', tensor: logDet.mean().div(-perDim * Math.LN2) },
    }
  },
})
