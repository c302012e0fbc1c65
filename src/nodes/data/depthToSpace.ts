// Pictures from patches.
import { depthToSpace as fromPatches } from '../../engine/patches.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor } from '../../engine/tf.ts'
import { defineNode, integer, samples, symbol } from '../define.ts'

export const depthToSpace = defineNode({
  type: 'diffusion/DepthToSpace',
  category: 'data',
  summary: 'Turns the channels of each pixel back into a square of pixels: the inverse of SpaceToDepth.',
  equation: 'y_{i s + u, j s + v, k} = x_{i, j, (u s + v) c + k}',
  inputs: { samples: samples('[b, h, w, s s c], from SpaceToDepth or a model that works on such') },
  outputs: { samples: samples('images [b, h s, w s, c]') },
  params: { block_size: symbol('s', integer(2, { min: 1, max: 64 }, 's: the side of a square, in pixels')) },
  run: ({ samples: { tensor, space } }, { block_size }) => ({
    samples: { type: 'samples', tensor: fromPatchesOf(tensor, block_size, 'samples'), space },
  }),
})

/** Throws NodeError at `slot` for what cannot be patches of that size. */
export function fromPatchesOf(tensor: Tensor, block_size: number, slot: string): Tensor {
  const channels = tensor.shape[3]
  if (tensor.rank !== 4 || channels! % block_size ** 2) {
    throw new NodeError({
      slot,
      message: `Expected [b, h, w, c] with c a multiple of ${block_size ** 2}, got [${tensor.shape}].`,
      cure: 'Choose the block_size that SpaceToDepth had.',
    })
  }
  return fromPatches(tensor, block_size)
}
