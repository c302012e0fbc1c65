// Reparametrize: draws from a Gaussian, differentiable with respect to its mean and width.
import { gaussianMoments } from '../../engine/models/kinds/gaussian/gaussian.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const reparametrize = defineNode({
  type: 'diffusion/Reparametrize',
  category: 'model',
  summary:
    'Reparametrization trick: draws samples of a learned Gaussian by scaling and shifting noise, so that gradients reach its mean and standard deviation.',
  aliases: ['ModelSamplingDiscrete v_prediction', 'reparameterization'],
  equation: 'x_0 = \\mu + s \\, \\epsilon',
  source: 'Kingma & Welling 2014, section 2.4',
  inputs: {
    model: slot.model('Gaussian, or a trained one'),
    noise: slot.noise('Points [b, dim]'),
  },
  outputs: {
    x_0: slot.samples('One sample for each item of the noise'),
    mean: slot.samples('Mean of the Gaussian, [1, dim], for Scatter'),
    variance: slot.samples('Variance of each coordinate, [1, dim]'),
  },
  params: {},
  run: ({ model, noise: { tensor, space } }) => {
    const { mean, variance } = gaussianMoments(model)
    if (tensor.rank !== 2 || tensor.shape[1] !== mean.size) {
      throw new NodeError({
        slot: 'noise',
        message: modelNodeMessages.noiseShape({ dim: mean.size, shape: tensor.shape }),
        cure: modelNodeMessages.fitNoise(),
      })
    }
    return {
      x_0: { type: 'samples', tensor: tensor.mul(variance.sqrt()).add(mean), space },
      mean: { type: 'samples', tensor: mean.expandDims(0), space },
      variance: { type: 'samples', tensor: variance.expandDims(0), space },
    }
  },
})
