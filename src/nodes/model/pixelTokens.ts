// A picture, as tokens.
import { pixelTokens as tokensOf } from '../../engine/tokens.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor4D } from '../../engine/tf.ts'
import { advanced, condition, defineNode, integer, samples } from '../define.ts'

export const pixelTokens = defineNode({
  type: 'diffusion/PixelTokens',
  category: 'model',
  summary:
    'Turns pictures into tokens for a model to attend to, one for each square of pixels: a small picture can steer a large one.',
  source: 'Dosovitskiy et al. 2021, section 3.1; the places of tokens as Fourier features: Tancik et al. 2020',
  inputs: { samples: samples('pictures [b, h, w, c]') },
  outputs: { condition: condition('tokens [b, n, d], d = patch_size^2 c + 4 frequencies: the `token_width` of Attention') },
  params: {
    shrink: integer(2, { min: 1, max: 64 }, 'first the mean of squares of so many pixels is taken: a small picture. 1: not'),
    patch_size: integer(1, { min: 1, max: 64 }, 'side of the square that becomes a token, in pixels of the small picture'),
    frequencies: advanced(integer(2, { min: 0, max: 8 }, 'of the sines and cosines of where a token is; 0: it does not say')),
  },
  run: ({ samples: { tensor } }, { shrink, patch_size: patch, frequencies }) => {
    const [, height, width] = tensor.shape
    const part = shrink * patch
    if (tensor.rank !== 4 || height! % part || width! % part) {
      throw new NodeError({
        slot: 'samples',
        message: `Expected pictures [b, h, w, c] whose sides are multiples of ${part}, got [${tensor.shape}].`,
        cure: 'Choose shrink and patch_size so that their product divides both sides.',
      })
    }
    const tokens = tokensOf(tensor as Tensor4D, { shrink, patch, frequencies })
    return { condition: { type: 'condition', condition: { kind: 'tokens', tokens } } }
  },
})
