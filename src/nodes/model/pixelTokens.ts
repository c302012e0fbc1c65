// PixelTokens: patches of an image, as tokens.
import { pixelTokens as tokensOf } from '../../engine/models/tokens.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor4D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const pixelTokens = defineNode({
  type: 'diffusion/PixelTokens',
  category: 'model',
  summary:
    'Splits images into patches and turns each into a token for cross-attention, so that a small image can condition a large one.',
  source:
    'Dosovitskiy et al. 2021, section 3.1; the places of tokens as Fourier features: Tancik et al. 2020',
  inputs: { samples: slot.samples('Images [b, h, w, c]') },
  outputs: {
    condition: slot.condition(
      'Tokens [b, n, d] with d = patch_size^2 c + 4 frequencies, the `token_width` of Attention',
    ),
  },
  params: {
    shrink: param.integer(
      2,
      { min: 1, max: 64 },
      'Averages squares of this many pixels first; 1: off',
    ),
    patch_size: param.integer(
      1,
      { min: 1, max: 64 },
      'Side length of a patch, in pixels of the shrunk image',
    ),
    frequencies: param.advanced(
      param.integer(2, { min: 0, max: 8 }, 'Frequencies of the position encoding; 0: none'),
    ),
  },
  run: ({ samples: { tensor } }, { shrink, patch_size: patch, frequencies }) => {
    const [, height, width] = tensor.shape
    const part = shrink * patch
    if (tensor.rank !== 4 || height % part || width % part) {
      throw new NodeError({
        slot: 'samples',
        message: modelNodeMessages.pixelPatches({ multiple: part, shape: tensor.shape }),
        cure: modelNodeMessages.choosePatches(),
      })
    }
    const tokens = tokensOf(tensor as Tensor4D, { shrink, patch, frequencies })
    return { condition: { type: 'condition', condition: { kind: 'tokens', tokens } } }
  },
})
