// Resize: images of another size.
import { resizeImages, resizeMethods } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'

export const resize = defineNode({
  type: 'diffusion/Resize',
  category: 'tools',
  summary:
    'Scales images, or predictions for them, to another size, without antialiasing: blur before a strong reduction.',
  aliases: ['ImageScale', 'upscale', 'rescale', 'bilinear'],
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    height: param.integer(28, { min: 1, max: 2048 }, 'New height in pixels'),
    width: param.integer(28, { min: 1, max: 2048 }, 'New width in pixels'),
    method: param.choice(resizeMethods, 'Interpolation', {
      bilinear: 'Linear along both axes, between the centres of pixels',
      nearest: 'The nearest pixel',
    }),
  },
  run: ({ images }, { height, width, method }) =>
    transformImages(images, (x) => resizeImages(x, [height, width], method)),
})
