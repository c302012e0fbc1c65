// Rotate: images rotated about their centre.
import { rotateImages } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'

export const rotate = defineNode({
  type: 'diffusion/Rotate',
  category: 'tools',
  summary:
    'Rotates images, or predictions for them. Multiples of 90 degrees are exact; other angles keep the size and interpolate bilinearly.',
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    angle: param.real(90, { min: -360, max: 360, step: 15 }, 'Degrees, counter-clockwise'),
    fill: param.real(
      0,
      { min: -1000, max: 1000, step: 1 },
      'Value of pixels from outside the image; black is -1',
    ),
  },
  run: ({ images }, { angle, fill }) =>
    transformImages(images, (x) => rotateImages(x, angle, fill)),
})
