// Data with few values, made continuous.
import { dequantized } from '../../engine/likelihood.ts'
import { uniformNoise } from '../../engine/noise.ts'
import { defineNode, integer, samples, seed } from '../define.ts'

export const dequantize = defineNode({
  type: 'diffusion/Dequantize',
  category: 'process',
  summary:
    'Moves each pixel evenly within its level: a density of what comes out, times the width of a level, bounds the probability of what went in.',
  equation: 'x + u, \\quad u \\sim \\mathrm{Uniform}\\left( -\\tfrac{1}{2} \\Delta, \\tfrac{1}{2} \\Delta \\right)',
  source: 'Theis et al. 2016, section 3.1',
  inputs: { x: samples('pixels in [-1, 1]; points stay as they are: they have no levels') },
  outputs: { x: samples('no two alike') },
  params: {
    levels: integer(256, { min: 2, max: 65536 }, 'how many values a pixel can have: 256 for 8 bits, 17 for digits'),
    seed: seed(),
  },
  run: ({ x }, { levels }, { random }) => {
    if (x.space === 'point') return { x: { ...x, type: 'samples' } }
    const uniform = uniformNoise(random, x.tensor.shape)
    return { x: { type: 'samples', tensor: dequantized(x.tensor, levels, uniform), space: x.space } }
  },
})
