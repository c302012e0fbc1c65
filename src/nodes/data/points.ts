// Points: synthetic data sets in one to three dimensions.
import { distributions, pointSet } from '../../engine/datasets/points.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

export const points = defineNode({
  type: 'diffusion/Points',
  category: 'data',
  summary:
    'Data set of points: a well-known distribution in the plane, on the line or in space, or one that you draw.',
  aliases: [
    'toy data',
    'swiss roll',
    'two moons',
    'make_moons',
    '2d data',
    'spiral',
    'checkerboard',
    'gaussian mixture',
  ],
  inputs: {},
  outputs: {
    dataset: slot.dataset(
      'All points [n, dim], with classes where the distribution has some (moons, spiral, eight Gaussians, circles, pinwheel, bimodal_1d, helix_3d)',
    ),
    x_0: slot.samples('All points as one batch'),
  },
  params: {
    distribution: param.choice(
      distributions,
      'Shape, in the plane unless its name ends in 1d or 3d; scaled to standard deviation 1 over all axes together, except drawn points',
    ),
    count: param.integer(5000, { min: 1, max: 1_000_000 }, 'Number of points'),
    noise: param.advanced(
      param.real(0.05, { min: 0, max: 2 }, 'Standard deviation of the noise added to each point'),
    ),
    seed: param.advanced(param.seed()),
    points: param.when(
      'distribution',
      'drawn',
      param.drawing('Points drawn by hand; `drawn` samples from them'),
    ),
  },
  run: (_, { distribution, ...config }, { random }) => {
    const { data, dim, labels, classes } = pointSet(distribution, config, random)
    return {
      dataset: {
        type: 'dataset',
        data,
        shape: [dim],
        size: config.count,
        space: 'point',
        ...(labels && { labels, classes }),
      },
      x_0: { type: 'samples', tensor: tf.tensor2d(data, [config.count, dim]), space: 'point' },
    }
  },
})
