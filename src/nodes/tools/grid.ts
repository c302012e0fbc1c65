// Points to ask a model about.
import { tf } from '../../engine/tf.ts'
import { defineNode, integer, real, samples } from '../define.ts'

export const grid = defineNode({
  type: 'diffusion/Grid',
  category: 'tools',
  summary: 'Places points on a square grid of the plane, to draw what a model says there as a vector field.',
  inputs: {},
  outputs: { x: samples('count times count points, row by row from below, each row from left to right') },
  params: {
    extent: real(2, { min: 0.001, max: 1000, step: 0.1 }, 'from minus this to this along both axes'),
    count: integer(20, { min: 2, max: 500 }, 'points along each axis'),
  },
  run: (_, { extent, count }) => {
    const at = (i: number) => extent * ((2 * i) / (count - 1) - 1)
    const points = Float32Array.from({ length: 2 * count * count }, (_, i) => {
      const point = i >> 1
      return at(i % 2 === 0 ? point % count : Math.floor(point / count))
    })
    return { x: { type: 'samples', tensor: tf.tensor2d(points, [count * count, 2]), space: 'point' } }
  },
})
