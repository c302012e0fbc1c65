// Pad: images with added borders.
import { edgeModes, takeWindow } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'

const border = (about: string) => param.integer(0, { max: 1024 }, about)

export const pad = defineNode({
  type: 'diffusion/Pad',
  category: 'tools',
  summary: 'Adds borders to images, or to predictions for them.',
  aliases: ['padding', 'ImagePad'],
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    top: border('Rows above'),
    bottom: border('Rows below'),
    left: border('Columns on the left'),
    right: border('Columns on the right'),
    edges: param.choice(edgeModes, 'Content of the borders', {
      fill: 'A constant',
      wrap: 'The other side of the image',
      reflect: 'The mirrored image',
      edge: 'The pixels of the edge',
    }),
    fill: param.when(
      'edges',
      'fill',
      param.real(0, { min: -1000, max: 1000, step: 1 }, 'The constant; black is -1'),
    ),
  },
  run: ({ images }, { top, bottom, left, right, edges, fill }) =>
    transformImages(images, (x) => {
      const [height, width] = [x.shape[1] + top + bottom, x.shape[2] + left + right]
      return takeWindow(x, { top: -top, left: -left, height, width }, { mode: edges, fill })
    }),
})
