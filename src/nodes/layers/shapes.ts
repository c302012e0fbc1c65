// Layers that change the size and the shape of features.
import { NodeError } from '../../engine/messages/fault.ts'
import { countElements } from '../../engine/base/shapes.ts'
import { param, slot } from '../define.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { defineLayer, defineOpLayer } from './defineLayer.ts'
import { parseShape } from './parseShape.ts'

export const avgPool = defineLayer({
  type: 'diffusion/AvgPool',
  summary:
    "Average pooling: means over squares of pixels (PyTorch's AvgPool2d), or over all pixels of an image.",
  aliases: ['AvgPool2d', 'pooling', 'average pooling', 'MaxPool2d', 'maxpool'],
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    size: param.integer(
      2,
      { min: 0, max: 1024 },
      'Side of a square, in pixels; must divide height and width. 0: all pixels',
    ),
  },
  gives: 'Smaller images; a vector [c] for size 0',
  build: (b, { x }, { size }) =>
    size === 0 ? b.add('mean_pixels', [x]) : b.add('avg_pool', [x], { size }),
})

export const flatten = defineLayer({
  type: 'diffusion/Flatten',
  summary: 'Turns images into tokens, one per pixel, or all numbers of an item into one vector.',
  aliases: ['nn.Flatten', 'ravel'],
  inputs: { x: slot.features('Images [h, w, c]; for a vector also tokens [n, c]') },
  params: {
    to: param.choice(['tokens', 'vector'], 'Form of the output', {
      tokens: 'Tokens [h w, c], one per pixel',
      vector: 'Vector [h w c]',
    }),
  },
  gives: 'Tokens or a vector, with the same numbers',
  build(b, { x }, { to }) {
    if (to === 'tokens') return b.add('to_tokens', [x])
    // Tokens of an unknown number are refused by the operation.
    const sizes = x.shape.map((size) => (size === 'n' ? 1 : size))
    return b.add('reshape', [x], { shape: [countElements(sizes)] })
  },
})

export const unflatten = defineLayer({
  type: 'diffusion/Unflatten',
  summary: 'Turns tokens or a vector into images: the inverse of Flatten.',
  aliases: ['nn.Unflatten'],
  inputs: {
    x: slot.features('Tokens [h w, c], or a vector [h w c]'),
  },
  params: {
    height: param.integer(8, { min: 1, max: 4096 }, 'Height of the images, in pixels'),
    width: param.integer(8, { min: 1, max: 4096 }, 'Width of the images, in pixels'),
  },
  gives: 'Images [h, w, c]',
  build(b, { x }, { height, width }) {
    if (x.kind !== 'features' || x.shape.length !== 1)
      return b.add('to_image', [x], { height, width })
    const [count] = x.shape as [number]
    const pixels = height * width
    if (count % pixels)
      throw new NodeError({
        slot: 'x',
        message: layerNodeMessages.pixelCount({ pixels, height, width, shape: x.shape }),
        cure: layerNodeMessages.fitPixels({ count }),
      })
    return b.add('reshape', [x], { shape: [height, width, count / pixels] })
  },
})

export const reshape = defineLayer({
  type: 'diffusion/Reshape',
  summary: 'Gives features another shape, with the same numbers in the same order.',
  aliases: ['torch.view', 'rearrange', 'einops'],
  inputs: { x: slot.features('Features') },
  params: {
    shape: param.text('4, 4, 16', 'Shape of one item, without the batch: [h, w, c], [n, c] or [c]'),
  },
  gives: 'Features of that shape',
  build(b, { x }, { shape }) {
    const sizes = parseShape(shape, 2 ** 20, layerNodeMessages.writeSizes())
    return b.add('reshape', [x], { shape: sizes })
  },
})

export const patchify = defineOpLayer('patchify', {
  type: 'diffusion/Patchify',
  summary:
    'Splits images into square patches and turns each into a token, as a vision transformer does.',
  aliases: ['PatchEmbed', 'patch embedding'],
  source: 'Dosovitskiy et al. 2021',
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    size: param.integer(
      2,
      { min: 1, max: 256 },
      'Side of a patch, in pixels; must divide height and width',
    ),
  },
  gives: 'Tokens [h w / size², size² c]',
})

export const unpatchify = defineOpLayer('unpatchify', {
  type: 'diffusion/Unpatchify',
  summary: 'Turns tokens into the square patches of images: the inverse of Patchify.',
  inputs: { x: slot.features('Tokens [h w / size², size² c]') },
  params: {
    size: param.integer(2, { min: 1, max: 256 }, 'Side of a patch, in pixels'),
    height: param.integer(8, { min: 1, max: 4096 }, 'Height of the images, in pixels'),
    width: param.integer(8, { min: 1, max: 4096 }, 'Width of the images, in pixels'),
  },
  gives: 'Images [h, w, c]',
})
