// One Gaussian, to be fitted.
import { gaussianModel } from '../../engine/models/gaussian.ts'
import { advanced, choice, defineNode, integer, model, real, schedule } from '../define.ts'
import { predictionTypes } from './predicts.ts'

export const gaussian = defineNode({
  type: 'diffusion/Gaussian',
  category: 'model',
  summary:
    'A model that takes all data for one Gaussian, whose mean and width in each coordinate are learned. It denoises in closed form, and its density is known: see LogDensity.',
  equation:
    'q(x_0) = \\mathcal{N}(\\mu, \\mathrm{diag}(s^2)), \\quad q(x_t) = \\mathcal{N}(\\alpha \\mu, \\mathrm{diag}(\\alpha^2 s^2 + \\sigma^2))',
  source: 'Bishop 2006, section 10.1.2',
  inputs: { schedule: schedule('how noise is added') },
  outputs: { model: model('to be trained') },
  params: {
    mean: real(0, { min: -100, max: 100, step: 0.1 }, 'of every coordinate, to begin with'),
    std: real(1, { min: 0.001, max: 100, step: 0.1 }, 'standard deviation of every coordinate, to begin with'),
    predicts: advanced(choice(predictionTypes, 'what its output stands for')),
    dim: advanced(integer(2, { min: 1, max: 4096 }, 'coordinates of a point')),
  },
  run: ({ schedule: { schedule } }, { predicts, ...params }) => ({
    model: gaussianModel({ ...params, schedule }, predicts),
  }),
})
