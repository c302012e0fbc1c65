// Interpolate: linear or spherical interpolation between two batches.
import { lerp, slerp } from '../../engine/process/interpolate.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

export const interpolate = defineNode({
  type: 'diffusion/Interpolate',
  category: 'tools',
  summary:
    'Interpolates between each pair of items in equal steps, along the sphere that noise lies on (slerp) or along a straight line (lerp).',
  aliases: ['lerp', 'slerp', 'interpolation', 'latent walk'],
  equation:
    '\\frac{\\sin((1 - w) \\Omega)}{\\sin \\Omega} a + \\frac{\\sin(w \\Omega)}{\\sin \\Omega} b',
  source: 'Shoemake 1985; for noise Song et al. 2021, appendix D.5',
  inputs: {
    a: slot.oneOf(['noise', 'samples'], 'Start'),
    b: slot.oneOf(['noise', 'samples'], 'End, with the shape of a'),
  },
  outputs: { between: slot.like('a', 'For each pair, the values from a to b in order') },
  params: {
    along: param.choice(['sphere', 'line'], 'Path between a and b', {
      sphere: 'Slerp: keeps the noise level',
      line: 'Lerp: for clean data',
    }),
    count: param.integer(
      8,
      { min: 1, max: 1000 },
      'Values per pair, including both ends; 1: only the one at w',
    ),
    w: param.symbol(
      'w',
      param.real(0.5, { min: 0, max: 1, step: 0.01, slider: true }, 'Weight of b if count is 1'),
    ),
  },
  run: ({ a, b }, { along, count, w }) => {
    checkShape(b.tensor, a.tensor, 'b', 'a')
    const between = along === 'sphere' ? slerp : lerp
    const shares = Array.from({ length: count }, (_, i) => (count === 1 ? w : i / (count - 1)))
    const parts = shares.map((share) => between(a.tensor, b.tensor, share).expandDims(1))
    const [pairs, ...item] = a.tensor.shape as [number, ...number[]]
    return { between: { ...a, tensor: tf.concat(parts, 1).reshape([pairs * count, ...item]) } }
  },
})
