// Two-dimensional data, made up.
import { distributions, pointSet } from '../../engine/points.ts'
import { tf } from '../../engine/tf.ts'
import { advanced, choice, dataset, defineNode, drawing, integer, real, samples, seed, when } from '../define.ts'

export const points = defineNode({
  type: 'diffusion/Points',
  category: 'data',
  summary: 'Makes a data set of points in the plane: a well-known shape, or one drawn by hand.',
  inputs: {},
  outputs: {
    dataset: dataset('all points, and their classes if the shape has some (two moons, two spiral arms, eight Gaussians)'),
    x_0: samples('all points as one batch'),
  },
  params: {
    distribution: choice(distributions, 'the shape; standard deviation 1 over both axes together, except what is drawn'),
    count: integer(5000, { min: 1, max: 1_000_000 }, 'how many points'),
    noise: advanced(real(0.05, { min: 0, max: 2 }, 'standard deviation of what is added to each point')),
    seed: advanced(seed()),
    points: when('distribution', 'drawn', drawing('for `drawn`: points are taken from these at random')),
  },
  run: (_, { distribution, ...config }, { random }) => {
    const { data, labels, classes } = pointSet(distribution, config, random)
    return {
      dataset: { type: 'dataset', data, shape: [2], size: config.count, space: 'point', ...(labels && { labels, classes }) },
      x_0: { type: 'samples', tensor: tf.tensor2d(data, [config.count, 2]), space: 'point' },
    }
  },
})
