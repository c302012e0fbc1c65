// Grid: a regular grid of points.
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

export const grid = defineNode({
  type: 'diffusion/Grid',
  category: 'tools',
  summary:
    'Points on a regular square grid in the plane, to evaluate a model at and draw its output as a vector field.',
  aliases: ['meshgrid', 'linspace'],
  inputs: {},
  outputs: {
    x: slot.samples(
      'count x count points, row by row from the bottom, each row from left to right',
    ),
  },
  params: {
    extent: param.real(
      2,
      { min: 0.001, max: 1000, step: 0.1 },
      'The grid spans from -extent to extent along both axes',
    ),
    count: param.integer(20, { min: 2, max: 500 }, 'Points along each axis'),
  },
  run: (_, { extent, count }) => {
    const at = (i: number) => extent * ((2 * i) / (count - 1) - 1)
    const points = Float32Array.from({ length: 2 * count * count }, (_, i) => {
      const point = i >> 1
      return at(i % 2 === 0 ? point % count : Math.floor(point / count))
    })
    return {
      x: { type: 'samples', tensor: tf.tensor2d(points, [count * count, 2]), space: 'point' },
    }
  },
})
