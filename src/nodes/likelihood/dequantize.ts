// Dequantize: uniform dequantization.
import { addDequantizationNoise } from '../../engine/process/likelihood.ts'
import { uniformNoise } from '../../engine/process/noise.ts'
import { defineNode, param, slot } from '../define.ts'

export const dequantize = defineNode({
  type: 'diffusion/Dequantize',
  category: 'process',
  summary:
    'Uniform dequantization: adds uniform noise within each quantization level. The density of the result, times the width of a level, is a lower bound on the probability of the input.',
  aliases: ['uniform dequantization'],
  equation:
    'x + u, \\quad u \\sim \\mathrm{Uniform}\\left( -\\tfrac{1}{2} \\Delta, \\tfrac{1}{2} \\Delta \\right)',
  source: 'Theis et al. 2016, section 3.1',
  inputs: { x: slot.samples('Pixels in [-1, 1]; points have no levels and stay unchanged') },
  outputs: { x: slot.samples('Continuous values') },
  params: {
    levels: param.integer(
      256,
      { min: 2, max: 65536 },
      'Number of values a pixel can have: 256 for 8 bits, 17 for digits',
    ),
    seed: param.seed(),
  },
  run: ({ x }, { levels }, { random }) => {
    if (x.space === 'point') return { x: { ...x, type: 'samples' } }
    const uniform = uniformNoise(random, x.tensor.shape)
    return {
      x: {
        type: 'samples',
        tensor: addDequantizationNoise(x.tensor, levels, uniform),
        space: x.space,
      },
    }
  },
})
