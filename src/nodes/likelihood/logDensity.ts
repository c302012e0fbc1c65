// How likely data is to a model whose density is known.
import { logDensity as densityOf } from '../../engine/models/predict.ts'
import type { Scalar } from '../../engine/tf.ts'
import { defineNode, model, number, optional, samples, timestep } from '../define.ts'

export const logDensity = defineNode({
  type: 'diffusion/LogDensity',
  category: 'evaluate',
  summary:
    'The mean logarithm of the density that a model gives to points, in closed form: of ExactModel its mixture, of Gaussian its Gaussian, each noised up to t. Gradients reach the points and the model.',
  equation: '\\mathbb{E} \\left[ \\log q(x_t) \\right]',
  source: 'Song et al. 2021, section 2: its slope in x is the score',
  inputs: {
    model: model('ExactModel or Gaussian'),
    x_t: samples('points [b, dim]'),
    t: optional(timestep('how much noise the density is of; unwired: none, clean data')),
  },
  outputs: { log_density: number('the mean over the points, in nats') },
  params: {},
  run: ({ model, x_t, t }) => ({
    log_density: { type: 'number', tensor: densityOf(model, x_t.tensor, t ?? { t: Float64Array.of(-1) }).mean() as Scalar },
  }),
})
