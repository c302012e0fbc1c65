// LangevinStep: the corrector of predictor-corrector sampling.
import { gaussianNoise } from '../../engine/process/noise.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import { langevinStep as step } from '../../engine/samplers/langevin.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'
import { makeDenoiser } from './denoise.ts'
import { createClipping, clippingParams } from './clipping.ts'
import { rejectPureNoise } from './checks.ts'

export const langevinStep = defineNode({
  type: 'diffusion/LangevinStep',
  category: 'steps',
  summary:
    'Langevin corrector: a few steps of Langevin dynamics along the score with new noise, which move x_t towards the distribution at t. Place it before any step.',
  aliases: ['mcmc', 'langevin dynamics', 'annealed langevin', 'corrector', 'ula'],
  equation:
    'x \\leftarrow x + \\varepsilon \\, \\nabla \\log p(x) + \\sqrt{2 \\varepsilon} \\, z, \\quad \\varepsilon = 2 \\left( r \\, \\frac{\\|z\\|}{\\|\\nabla \\log p\\|} \\right)^2',
  source: 'Song et al. 2021, algorithms 4 and 5',
  inputs: {
    x_t: slot.samples('Data at t'),
    model: slot.model('Trained or exact model, evaluated once per step'),
    condition: slot.optional(
      slot.condition('Labels, -1 for none. If not connected, unconditional'),
    ),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule that the model was trained with'),
  },
  outputs: { x_t: slot.samples('Corrected data, still at t') },
  params: {
    snr: param.symbol(
      'r',
      param.real(
        0.16,
        { min: 0.001, max: 1 },
        'Step size r, as the ratio of the signal to the added noise',
      ),
    ),
    n_steps: param.integer(1, { min: 1, max: 1000 }, 'Number of steps'),
    ...clippingParams,
    seed: param.seed(),
  },
  check: (_, { model, schedule, t }) =>
    rejectPureNoise({ slot: 'model', prediction: model, schedule, times: [t] }),
  run: ({ x_t, model, condition, t, schedule }, { snr, n_steps, ...params }, { random }) => {
    const at = levelsAt(schedule.schedule, t)
    const denoise = makeDenoiser(model, condition, createClipping(params, x_t.space))
    let x = x_t.tensor
    for (let i = 0; i < n_steps; i++) {
      const epsilon = convertPrediction(denoise(x, at), x, at, 'sample', 'epsilon')
      x = step(x, epsilon, gaussianNoise(random, x.shape), at, snr)
    }
    return { x_t: { type: 'samples', tensor: x, space: x_t.space } }
  },
})
