// Flip: mirrored images.
import { flipAxes, flipImages } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'

export const flip = defineNode({
  type: 'diffusion/Flip',
  category: 'tools',
  summary:
    'Mirrors images, or predictions for them: one of the views of a visual anagram, or an augmentation.',
  aliases: ['horizontal flip', 'mirror'],
  source: 'Visual anagrams: Geng et al. 2024',
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    axis: param.choice(flipAxes, 'Direction', {
      horizontal: 'Exchanges left and right',
      vertical: 'Exchanges top and bottom',
      both: 'Rotates by 180 degrees',
    }),
  },
  run: ({ images }, { axis }) => transformImages(images, (x) => flipImages(x, axis)),
})
