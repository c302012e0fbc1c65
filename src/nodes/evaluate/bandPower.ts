// BandPower: spectral power of images in a low and a high frequency band.
import { bandPower as powers } from '../../engine/images/bandPower.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor4D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const bandPower = defineNode({
  type: 'diffusion/BandPower',
  category: 'evaluate',
  summary:
    'Power of images in a low, a middle and a high frequency band. Charted over a loop for x_t and the predicted x_0, it shows that noise hides fine structure first and sampling restores it last.',
  aliases: ['frequency bands'],
  equation: 'P_B = \\frac{1}{|B| \\, h w} \\sum_{k \\in B} |\\hat x_k|^2',
  source: 'Discrete Fourier transform, without a window',
  inputs: { samples: slot.oneOf(['samples', 'noise', 'prediction'], 'Images') },
  outputs: {
    low: slot.number('Mean power of the low band; for white noise, its variance'),
    mid: slot.number('Mean power of the middle band'),
    high: slot.number('Mean power of the high band'),
  },
  params: {
    low_to: param.real(
      0.33,
      { min: 0, max: 2 },
      'End of the low band, relative to the highest frequency along an axis',
    ),
    high_from: param.real(0.67, { min: 0, max: 2 }, 'Start of the high band'),
  },
  run: ({ samples: { tensor } }, limits) => {
    if (tensor.rank !== 4) {
      throw new NodeError({
        slot: 'samples',
        message: evaluateMessages.images({ shape: tensor.shape }),
        cure: evaluateMessages.useSpectrum(),
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
