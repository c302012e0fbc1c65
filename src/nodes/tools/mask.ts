// Mask: the known part of an image.
import { mask as makeMask, maskShapes, paintedMask } from '../../engine/process/mask.ts'
import { defineNode, param, slot } from '../define.ts'
import { likeInput, batchShapeLike } from '../process/sizes.ts'

const PAINTED = 'painted'

export const mask = defineNode({
  type: 'diffusion/Mask',
  category: 'tools',
  summary:
    'Marks part of an image, or some coordinates of a point: 1 inside and 0 outside. For Mix and for inpainting.',
  aliases: ['inpaint mask', 'SolidMask'],
  inputs: {
    like: likeInput('Images of the size, or points of the dimension, that the mask is for'),
  },
  outputs: { mask: slot.samples('One number per pixel, the same for all items') },
  params: {
    shape: param.choice(
      [...maskShapes, PAINTED],
      'Marked part; coordinates of a point count as columns. painted: the part that you paint on the node',
    ),
    size: param.when(
      'shape',
      maskShapes,
      param.real(
        0.5,
        { min: 0.01, max: 1, step: 0.05, slider: true },
        'Size as a share of the side length',
      ),
    ),
    inverted: param.toggle(false, 'Swaps 0 and 1'),
    brush: param.when(
      'shape',
      PAINTED,
      param.added(
        param.real(
          0.06,
          { min: 0, max: 0.5, step: 0.01, slider: true },
          'Radius of the brush as a share of the side length; each point marks its pixel at least',
        ),
      ),
    ),
    drawing: param.when(
      'shape',
      PAINTED,
      param.added(param.drawing('Painted part; the square covers the entire image', 'brush')),
    ),
  },
  run: ({ like }, { shape, size, inverted, brush, drawing: points }) => {
    const item = batchShapeLike(like).slice(1)
    const tensor =
      shape === PAINTED
        ? paintedMask(item, points, brush, inverted)
        : makeMask(item, shape, size, inverted)
    return { mask: { type: 'samples', tensor, space: 'latent' } }
  },
})
