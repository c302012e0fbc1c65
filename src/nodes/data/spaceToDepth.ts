// SpaceToDepth: moves patches of pixels into channels.
import { spaceToDepth as patches } from '../../engine/layers/patches.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const spaceToDepth = defineNode({
  type: 'diffusion/SpaceToDepth',
  category: 'data',
  summary:
    'Rearranges each square block of pixels into the channels of one pixel, without loss. A model on smaller images is faster.',
  aliases: ['PixelUnshuffle'],
  equation: 'y_{i, j, (u s + v) c + k} = x_{i s + u, j s + v, k}',
  inputs: { samples: slot.samples('Images [b, h, w, c]') },
  outputs: { samples: slot.samples('[b, h / s, w / s, s s c]; DepthToSpace reverses it') },
  params: {
    block_size: param.symbol(
      's',
      param.integer(2, { min: 1, max: 64 }, 'Side length s of a block, in pixels'),
    ),
  },
  run: ({ samples: { tensor, space } }, { block_size }) => {
    const [, height, width] = tensor.shape
    if (tensor.rank !== 4 || height % block_size || width % block_size) {
      throw new NodeError({
        slot: 'samples',
        message: dataMessages.imageBlocks({ multiple: block_size, shape: tensor.shape }),
        cure: dataMessages.chooseBlockSize(),
      })
    }
    return { samples: { type: 'samples', tensor: patches(tensor, block_size), space } }
  },
})
