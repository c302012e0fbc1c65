// From one noise, or one picture, to another.
import { lerp, slerp } from '../../engine/interpolate.ts'
import { checkShape } from '../../engine/coefficients.ts'
import { tf } from '../../engine/tf.ts'
import { choice, defineNode, integer, like, oneOf, real, symbol } from '../define.ts'

export const interpolate = defineNode({
  type: 'diffusion/Interpolate',
  category: 'tools',
  summary:
    'Goes from a to b in equal steps, each pair of items by itself: on the sphere that noise lies on, or on the straight line.',
  equation: '\\frac{\\sin((1 - w) \\Omega)}{\\sin \\Omega} a + \\frac{\\sin(w \\Omega)}{\\sin \\Omega} b',
  source: 'Shoemake 1985; for noise Song et al. 2021, appendix D.5',
  inputs: {
    a: oneOf(['noise', 'samples'], 'where to begin'),
    b: oneOf(['noise', 'samples'], 'where to end, of the shape of a'),
  },
  outputs: { between: like('a', 'for each pair, from a to b, one after the other') },
  params: {
    along: choice(['sphere', 'line'], 'sphere (slerp): what is between is as noisy as the ends; line (lerp): for clean data'),
    count: integer(8, { min: 1, max: 1000 }, 'how many for each pair, both ends included; 1: one, at w'),
    w: symbol('w', real(0.5, { min: 0, max: 1, step: 0.01, slider: true }, 'for a count of 1: the share of b')),
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
