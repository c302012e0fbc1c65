// Mask: the known part of an image.
import { mask as makeMask, maskShapes } from '../../engine/process/mask.ts'
import { choice, defineNode, real, samples, toggle } from '../define.ts'
import { likeInput, batchShapeLike } from '../process/sizes.ts'

export const mask = defineNode({
  type: 'diffusion/Mask',
  category: 'tools',
  summary:
    'Marks part of an image, or some coordinates of a point: 1 inside and 0 outside. For Mix and for inpainting.',
  inputs: {
    like: likeInput('Images of the size, or points of the dimension, that the mask is for'),
  },
  outputs: { mask: samples('One number per pixel, the same for all items') },
  params: {
    shape: choice(maskShapes, 'Marked part; coordinates of a point count as columns'),
    size: real(
      0.5,
      { min: 0.01, max: 1, step: 0.05, slider: true },
      'Size as a share of the side length',
    ),
    inverted: toggle(false, 'Swaps 0 and 1'),
  },
  run: ({ like }, { shape, size, inverted }) => ({
    mask: {
      type: 'samples',
      tensor: makeMask(batchShapeLike(like).slice(1), shape, size, inverted),
      space: 'latent',
    },
  }),
})
