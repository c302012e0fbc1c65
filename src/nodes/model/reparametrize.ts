// Draws from a Gaussian so that gradients reach its mean and width.
import { gaussianMoments } from '../../engine/models/gaussian.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { defineNode, model, noise, samples } from '../define.ts'

export const reparametrize = defineNode({
  type: 'diffusion/Reparametrize',
  category: 'model',
  summary:
    'Draws clean data from a Gaussian that is learned: noise, stretched and moved, so that gradients reach mean and width.',
  equation: 'x_0 = \\mu + s \\, \\epsilon',
  source: 'Kingma & Welling 2014, section 2.4',
  inputs: { model: model('Gaussian, or what a training made of one'), noise: noise('points [b, dim]') },
  outputs: {
    x_0: samples('as many draws as there is noise'),
    mean: samples('of the Gaussian, [1, dim]: a centre for Scatter'),
    variance: samples('of each coordinate, [1, dim]'),
  },
  params: {},
  run: ({ model, noise: { tensor, space } }) => {
    const { mean, variance } = gaussianMoments(model)
    if (tensor.rank !== 2 || tensor.shape[1] !== mean.size) {
      throw new NodeError({
        slot: 'noise',
        message: `Expected noise of shape [b, ${mean.size}], got [${tensor.shape}].`,
        cure: 'Make the noise like the points, or set `dim` of Gaussian.',
      })
    }
    return {
      x_0: { type: 'samples', tensor: tensor.mul(variance.sqrt()).add(mean), space },
      mean: { type: 'samples', tensor: mean.expandDims(0), space },
      variance: { type: 'samples', tensor: variance.expandDims(0), space },
    }
  },
})
