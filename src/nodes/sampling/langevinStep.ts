// The corrector of predictor and corrector.
import { gaussianNoise } from '../../engine/noise.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import { langevinStep as step } from '../../engine/samplers/langevin.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { condition, defineNode, integer, model, optional, real, samples, schedule, seed, timestep, symbol } from '../define.ts'
import { denoiserOf } from './denoise.ts'
import { holdOf, holdParams } from './hold.ts'
import { refuseNothingButNoise } from './refusals.ts'

export const langevinStep = defineNode({
  type: 'diffusion/LangevinStep',
  category: 'steps',
  summary:
    'Corrects x_t where it is: a few steps of Langevin dynamics along the score, with fresh noise, which lead to the distribution of t. Put it before any step.',
  equation:
    'x \\leftarrow x + \\varepsilon \\, \\nabla \\log p(x) + \\sqrt{2 \\varepsilon} \\, z, \\quad \\varepsilon = 2 \\left( r \\, \\frac{\\|z\\|}{\\|\\nabla \\log p\\|} \\right)^2',
  source: 'Song et al. 2021, algorithms 4 and 5',
  inputs: {
    x_t: samples('at t'),
    model: model('trained or exact; asked once a step'),
    condition: optional(condition('labels, -1 for none; unwired: none')),
    t: timestep('of x_t'),
    schedule: schedule('the one the model was trained with'),
  },
  outputs: { x_t: samples('at t still, corrected') },
  params: {
    snr: symbol('r', real(0.16, { min: 0.001, max: 1 }, 'r: how large a step is, as the signal against the noise that it adds')),
    n_steps: integer(1, { min: 1, max: 1000 }, 'how many steps'),
    ...holdParams,
    seed: seed(),
  },
  check: (_, { model, schedule, t }) => refuseNothingButNoise({ slot: 'model', said: model, schedule, times: [t] }),
  run: ({ x_t, model, condition, t, schedule }, { snr, n_steps, ...params }, { random }) => {
    const at = levelsAt(schedule.schedule, t)
    const denoise = denoiserOf(model, condition, holdOf(params, x_t.space))
    let x = x_t.tensor
    for (let i = 0; i < n_steps; i++) {
      const epsilon = convertPrediction(denoise(x, at), x, at, 'sample', 'epsilon')
      x = step(x, epsilon, gaussianNoise(random, x.shape), at, snr)
    }
    return { x_t: { type: 'samples', tensor: x, space: x_t.space } }
  },
})
