// Patches: smaller pictures with more channels.
import { spaceToDepth as patches } from '../../engine/patches.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { defineNode, integer, samples, symbol } from '../define.ts'

export const spaceToDepth = defineNode({
  type: 'diffusion/SpaceToDepth',
  category: 'data',
  summary: 'Turns each square of pixels into the channels of one: a model on smaller pictures is faster, and nothing is lost.',
  equation: 'y_{i, j, (u s + v) c + k} = x_{i s + u, j s + v, k}',
  inputs: { samples: samples('images [b, h, w, c]') },
  outputs: { samples: samples('[b, h / s, w / s, s s c]; DepthToSpace turns them back') },
  params: { block_size: symbol('s', integer(2, { min: 1, max: 64 }, 's: the side of a square, in pixels')) },
  run: ({ samples: { tensor, space } }, { block_size }) => {
    const [, height, width] = tensor.shape
    if (tensor.rank !== 4 || height! % block_size || width! % block_size) {
      throw new NodeError({
        slot: 'samples',
        message: `Expected images [b, h, w, c] whose sides are multiples of ${block_size}, got [${tensor.shape}].`,
        cure: 'Choose a block_size that divides both sides, or another size of the images.',
      })
    }
    return { samples: { type: 'samples', tensor: patches(tensor, block_size), space } }
  },
})
