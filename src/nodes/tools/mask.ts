// Which part of an image is known.
import { mask as makeMask, maskShapes } from '../../engine/mask.ts'
import { choice, defineNode, real, samples, toggle } from '../define.ts'
import { likeInput, shapeOf } from '../process/sizes.ts'

export const mask = defineNode({
  type: 'diffusion/Mask',
  category: 'tools',
  summary: 'Marks a part of an image, or some coordinates of a point: 1 there and 0 elsewhere. For Mix, and for filling in.',
  inputs: { like: likeInput('for images of this size, or points with so many coordinates') },
  outputs: { mask: samples('one number a pixel, the same for all items') },
  params: {
    shape: choice(maskShapes, 'which part; of points the coordinates are counted from the left'),
    size: real(0.5, { min: 0.01, max: 1, step: 0.05, slider: true }, 'how large, as a share of the side'),
    inverted: toggle(false, '0 there and 1 elsewhere'),
  },
  run: ({ like }, { shape, size, inverted }) => ({
    mask: { type: 'samples', tensor: makeMask(shapeOf(like).slice(1), shape, size, inverted), space: 'latent' },
  }),
})
