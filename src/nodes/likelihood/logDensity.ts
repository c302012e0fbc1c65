// LogDensity: log density of data under a model with a known density.
import { logDensity as computeLogDensity } from '../../engine/models/predict.ts'
import type { Scalar } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'

export const logDensity = defineNode({
  type: 'diffusion/LogDensity',
  category: 'evaluate',
  summary:
    'Mean log density of points under a model in closed form: the mixture of ExactModel or the distribution of Gaussian, with the noise of t. Gradients reach the points and the model.',
  aliases: ['log_prob', 'logpdf'],
  equation: '\\mathbb{E} \\left[ \\log q(x_t) \\right]',
  source: 'Song et al. 2021, section 2: its slope in x is the score',
  inputs: {
    model: slot.model('ExactModel or Gaussian'),
    x_t: slot.samples('Points [b, dim]'),
    t: slot.optional(slot.timestep('Noise level of the density; clean data if not connected')),
  },
  outputs: { log_density: slot.number('Mean over the points, in nats') },
  params: {},
  run: ({ model, x_t, t }) => ({
    log_density: {
      type: 'number',
      tensor: computeLogDensity(
        model,
        x_t.tensor,
        t ?? { t: Float64Array.of(-1) },
      ).mean() as Scalar,
    },
  }),
})
