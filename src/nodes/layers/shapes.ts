// Layers that change the size and the form of features.
import { NodeError } from '../../engine/base/fault.ts'
import { choice, features, integer, text } from '../define.ts'
import { parseIntegers } from '../model/numbers.ts'
import { layerNodeMessages } from '../messages/layerNodes.ts'
import { defineLayer } from './defineLayer.ts'

export const avgPool = defineLayer({
  type: 'diffusion/AvgPool',
  summary: 'Means of squares of pixels, or of all pixels of an image.',
  inputs: { x: features('Images [h, w, c]') },
  params: {
    size: integer(
      2,
      { min: 0, max: 1024 },
      'Side of a square; 0: all pixels, which gives a vector',
    ),
  },
  gives: 'Smaller images, or a vector of channels',
  build: (b, { x }, { size }) =>
    size === 0 ? b.add('mean_pixels', [x]) : b.add('avg_pool', [x], { size }),
})

export const flatten = defineLayer({
  type: 'diffusion/Flatten',
  summary: 'The pixels of images as tokens, or all numbers of an item as one vector.',
  inputs: { x: features('Images [h, w, c], or tokens [n, c]') },
  params: {
    to: choice(['tokens', 'vector'], 'What it gives', {
      tokens: 'One token per pixel: [h w, c]',
      vector: 'One vector per item: [h w c]',
    }),
  },
  gives: 'Tokens or a vector',
  build(b, { x }, { to }) {
    if (to === 'tokens') return b.add('to_tokens', [x])
    const count = (x.shape as number[]).reduce((product, size) => product * size, 1)
    return b.add('reshape', [x], { shape: [count] })
  },
})

export const unflatten = defineLayer({
  type: 'diffusion/Unflatten',
  summary: 'Tokens or vectors as the pixels of images: the reverse of Flatten.',
  inputs: {
    x: features('Tokens [h w, c], or a vector'),
  },
  params: {
    height: integer(8, { min: 1, max: 4096 }, 'Height of the images, in pixels'),
    width: integer(8, { min: 1, max: 4096 }, 'Width of the images, in pixels'),
  },
  gives: 'Images [h, w, c]',
  build(b, { x }, { height, width }) {
    if (x.shape.length !== 1) return b.add('to_image', [x], { height, width })
    const channels = (x.shape[0] as number) / (height * width)
    const shape = [height, width, Math.max(1, Math.floor(channels))]
    return b.add('reshape', [x], { shape })
  },
})

export const reshape = defineLayer({
  type: 'diffusion/Reshape',
  summary: 'The same numbers in another shape, in their order.',
  inputs: { x: features('Features') },
  params: { shape: text('4, 4, 16', 'Shape of an item, without the batch') },
  gives: 'Features of that shape',
  build(b, { x }, { shape }) {
    const sizes = parseIntegers(shape, 'shape')
    if (sizes.length < 1 || sizes.length > 3)
      throw new NodeError({
        param: 'shape',
        message: layerNodeMessages.shape({ got: shape }),
        cure: layerNodeMessages.writeShape(),
      })
    return b.add('reshape', [x], { shape: sizes })
  },
})

export const patchify = defineLayer({
  type: 'diffusion/Patchify',
  summary: 'Squares of pixels as tokens, for a transformer.',
  source: 'Dosovitskiy et al. 2021',
  inputs: { x: features('Images [h, w, c]') },
  params: { size: integer(2, { min: 1, max: 256 }, 'Side of a square, in pixels') },
  gives: 'Tokens [h w / size², size² c]',
  build: (b, { x }, { size }) => b.add('patchify', [x], { size }),
})

export const unpatchify = defineLayer({
  type: 'diffusion/Unpatchify',
  summary: 'Tokens as squares of pixels: the reverse of Patchify.',
  inputs: { x: features('Tokens [h w / size², size² c]') },
  params: {
    size: integer(2, { min: 1, max: 256 }, 'Side of a square, in pixels'),
    height: integer(8, { min: 1, max: 4096 }, 'Height of the images, in pixels'),
    width: integer(8, { min: 1, max: 4096 }, 'Width of the images, in pixels'),
  },
  gives: 'Images [h, w, c]',
  build: (b, { x }, { size, height, width }) => b.add('unpatchify', [x], { size, height, width }),
})
