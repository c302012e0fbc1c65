// DepthToSpace: assembles images from patches.
import { depthToSpace as fromPatches } from '../../engine/layers/patches.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const depthToSpace = defineNode({
  type: 'diffusion/DepthToSpace',
  category: 'data',
  summary:
    'Rearranges the channels of each pixel into a square block of pixels. Inverse of SpaceToDepth.',
  aliases: ['PixelShuffle'],
  equation: 'y_{i s + u, j s + v, k} = x_{i, j, (u s + v) c + k}',
  inputs: {
    samples: slot.samples(
      '[b, h, w, s s c], from SpaceToDepth or from a model that works on its output',
    ),
  },
  outputs: { samples: slot.samples('Images [b, h s, w s, c]') },
  params: {
    block_size: param.symbol(
      's',
      param.integer(2, { min: 1, max: 64 }, 'Side length s of a block, in pixels'),
    ),
  },
  run: ({ samples: { tensor, space } }, { block_size }) => ({
    samples: { type: 'samples', tensor: assemblePatches(tensor, block_size, 'samples'), space },
  }),
})

/** Throws NodeError at `slot` if the channels are not a multiple of the patch size. */
export function assemblePatches(tensor: Tensor, block_size: number, slot: string): Tensor {
  const channels = tensor.shape[3] ?? 0
  if (tensor.rank !== 4 || channels % block_size ** 2) {
    throw new NodeError({
      slot,
      message: dataMessages.channelBlocks({ multiple: block_size ** 2, shape: tensor.shape }),
      cure: dataMessages.sameBlockSize(),
    })
  }
  return fromPatches(tensor, block_size)
}
