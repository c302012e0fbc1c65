// Gaussian: a trainable Gaussian as a model.
import { gaussianModel } from '../../engine/models/kinds/gaussian/gaussian.ts'
import { defineNode, param, slot } from '../define.ts'
import { predictsParam } from './predicts.ts'

export const gaussian = defineNode({
  type: 'diffusion/Gaussian',
  category: 'model',
  summary:
    'A single Gaussian as a model of the data, with a learned mean and standard deviation for each coordinate. It denoises in closed form, and its density is known: see LogDensity.',
  aliases: ['normal distribution model'],
  equation:
    'q(x_0) = \\mathcal{N}(\\mu, \\mathrm{diag}(s^2)), \\quad q(x_t) = \\mathcal{N}(\\alpha \\mu, \\mathrm{diag}(\\alpha^2 s^2 + \\sigma^2))',
  source: 'Bishop 2006, section 10.1.2',
  inputs: { schedule: slot.schedule('Noise schedule') },
  outputs: { model: slot.model('Model to train') },
  params: {
    mean: param.real(0, { min: -100, max: 100, step: 0.1 }, 'Initial mean of every coordinate'),
    std: param.real(
      1,
      { min: 0.001, max: 100, step: 0.1 },
      'Initial standard deviation of every coordinate',
    ),
    predicts: param.advanced(predictsParam),
    dim: param.advanced(param.integer(2, { min: 1, max: 4096 }, 'Dimension of a point')),
  },
  run: ({ schedule: { schedule } }, { predicts, ...params }) => ({
    model: gaussianModel({ ...params, schedule }, predicts),
  }),
})
