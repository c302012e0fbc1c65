// Shift: images moved by whole pixels.
import { edgeModes, takeWindow } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'

export const shift = defineNode({
  type: 'diffusion/Shift',
  category: 'tools',
  summary: 'Moves images, or predictions for them, by whole pixels.',
  aliases: ['translate', 'roll'],
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    right: param.integer(0, { min: -4096, max: 4096 }, 'Pixels to the right; below 0: to the left'),
    down: param.integer(0, { min: -4096, max: 4096 }, 'Pixels down; below 0: up'),
    edges: param.choice(['wrap', ...edgeModes.filter((mode) => mode !== 'wrap')], 'What moves in', {
      wrap: 'What leaves on the other side',
      fill: 'A constant',
      reflect: 'The mirrored image',
      edge: 'The pixels of the edge',
    }),
    fill: param.when(
      'edges',
      'fill',
      param.real(0, { min: -1000, max: 1000, step: 1 }, 'The constant; black is -1'),
    ),
  },
  run: ({ images }, { right, down, edges, fill }) =>
    transformImages(images, (x) =>
      takeWindow(
        x,
        { top: -down, left: -right, height: x.shape[1], width: x.shape[2] },
        { mode: edges, fill },
      ),
    ),
})
