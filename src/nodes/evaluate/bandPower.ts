// How much of pictures is coarse and how much is fine, as numbers.
import { bandPower as powers } from '../../engine/bandPower.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor4D } from '../../engine/tf.ts'
import { defineNode, number, oneOf, real } from '../define.ts'

export const bandPower = defineNode({
  type: 'diffusion/BandPower',
  category: 'evaluate',
  summary:
    'How much of pictures is coarse, middling and fine structure. Charted over a loop, of x_t and of the predicted x_0: noise drowns fine structure first, and sampling brings it back last.',
  equation: 'P_B = \\frac{1}{|B| \\, h w} \\sum_{k \\in B} |\\hat x_k|^2',
  source: 'Discrete Fourier transform, without a window',
  inputs: { samples: oneOf(['samples', 'noise', 'prediction'], 'pictures') },
  outputs: {
    low: number('mean power of the coarse structure; of white noise, its variance'),
    mid: number('of what lies between'),
    high: number('of the fine structure'),
  },
  params: {
    low_to: real(0.33, { min: 0, max: 2 }, 'where the low band ends: a share of the highest frequency along an axis'),
    high_from: real(0.67, { min: 0, max: 2 }, 'where the high band begins'),
  },
  run: ({ samples: { tensor } }, limits) => {
    if (tensor.rank !== 4) {
      throw new NodeError({
        slot: 'samples',
        message: `Expected pictures [b, h, w, c], got [${tensor.shape}].`,
        cure: 'Wire pictures; for points there is Spectrum, of their density.',
      })
    }
    const { low, mid, high } = powers(tensor as Tensor4D, limits)
    return {
      low: { type: 'number', tensor: low },
      mid: { type: 'number', tensor: mid },
      high: { type: 'number', tensor: high },
    }
  },
})
