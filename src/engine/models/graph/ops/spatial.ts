// Layers that change the pixels of images, and the form of features.
import { EngineError } from '../../../base/errors.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { depthToSpace, spaceToDepth } from '../../../layers/patches.ts'
import { avgPool2, upsampleNearest2 } from '../../../layers/resample.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { FeatureShape, LayerOp } from '../layer.ts'
import { count, itemShape } from './attributes.ts'
import { asImage, asTokens, checkTokenCount, shapeText } from './checks.ts'

/** Nearest-neighbour upsampling by 2. */
export const upsample: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [2 * height, 2 * width, channels]
  },
  run: ({ inputs: [x] }) => upsampleNearest2(x as Tensor4D),
}

/** Means of `size` x `size` pixels. */
export const avg_pool: LayerOp = {
  inputs: ['x'],
  attrs: { size: count },
  shape([x], { size }) {
    const [height, width, channels] = dividedImage(x, size as number, 'size')
    return [height, width, channels]
  },
  run({ inputs: [x], attrs }) {
    const size = attrs.size as number
    if (size === 1) return x as Tensor
    if (size === 2) return avgPool2(x as Tensor4D)
    const patches = spaceToDepth(x as Tensor, size)
    const [b, h, w, c] = patches.shape as [number, number, number, number]
    const pixels = patches.reshape([b * h * w, size * size, c / size ** 2])
    return pixels.mean(1).reshape([b, h, w, c / size ** 2])
  },
}

/** Height, width and channels of an image divided into squares of `size` pixels. */
function dividedImage(x: FeatureShape, size: number, argument: string) {
  const [height, width, channels] = asImage(x, 'x')
  if (height % size || width % size)
    throw new EngineError(layerMessages.divideSize, { argument, shape: shapeText(x), value: size })
  return [height / size, width / size, channels] as const
}

/** Mean over the pixels: `[h, w, c]` to `[c]`. */
export const mean_pixels: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape: ([x]) => [asImage(x, 'x')[2]],
  run: ({ inputs: [x] }) => meanOverPixels(x as Tensor4D),
}

/** Sums are fast over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D =>
  h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)

/** The pixels of an image as tokens: `[h, w, c]` to `[h w, c]`. */
export const to_tokens: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [height * width, channels]
  },
  run: ({ inputs: [input] }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], -1, x.shape[3]!])
  },
}

/** Tokens as the pixels of an image of `height` and `width`: `[h w, c]` to `[h, w, c]`. */
export const to_image: LayerOp = {
  inputs: ['x'],
  attrs: { height: count, width: count },
  shape([x], { height, width }) {
    const [tokens, channels] = asTokens(x, 'x')
    checkTokenCount(tokens, height as number, width as number)
    return [height as number, width as number, channels]
  },
  run: ({ inputs: [input], attrs: { height, width } }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], height as number, width as number, x.shape[2]!])
  },
}

/** Squares of `size` pixels as tokens: `[h, w, c]` to `[h w / s², s² c]`. */
export const patchify: LayerOp = {
  inputs: ['x'],
  attrs: { size: count },
  shape([x], { size }) {
    const [rows, columns, channels] = dividedImage(x, size as number, 'size')
    return [rows * columns, channels * (size as number) ** 2]
  },
  run({ inputs: [x], attrs }) {
    const patches = spaceToDepth(x as Tensor, attrs.size as number)
    return patches.reshape([patches.shape[0], -1, patches.shape[3]!])
  },
}

/** Tokens as squares of `size` pixels of an image of `height` and `width`. */
export const unpatchify: LayerOp = {
  inputs: ['x'],
  attrs: { size: count, height: count, width: count },
  shape([x], { size: s, height, width }) {
    const [tokens, channels] = asTokens(x, 'x')
    const size = s as number
    const expected = ((height as number) / size) * ((width as number) / size)
    if (tokens !== expected)
      throw new EngineError(layerMessages.tokenCount, {
        argument: 'x',
        expected,
        height,
        width,
        count: tokens,
      })
    if (channels % size ** 2)
      throw new EngineError(layerMessages.divides, {
        argument: 'size',
        channels,
        value: `${size} x ${size}`,
      })
    return [height as number, width as number, channels / size ** 2]
  },
  run({ inputs: [input], attrs: { size, height, width } }) {
    const x = input as Tensor
    const [rows, columns] = [height, width].map((side) => (side as number) / (size as number))
    return depthToSpace(x.reshape([x.shape[0], rows, columns, x.shape[2]!]), size as number)
  },
}

/** The same numbers in another shape, in the order of their axes. */
export const reshape: LayerOp = {
  inputs: ['x'],
  attrs: { shape: itemShape },
  shape([x], { shape }) {
    if (x.includes('n'))
      throw new EngineError(layerMessages.unknownCount, { argument: 'x', shape: shapeText(x) })
    const [from, to] = [x as number[], shape as number[]].map((sizes) =>
      sizes.reduce((product, size) => product * size, 1),
    )
    if (from !== to)
      throw new EngineError(layerMessages.elementCount, {
        argument: 'shape',
        expected: to,
        to: shapeText(shape as number[]),
        count: from,
        shape: shapeText(x),
      })
    return shape as FeatureShape
  },
  run({ inputs: [input], shape }) {
    const x = input as Tensor
    return x.reshape([x.shape[0], ...(shape as number[])])
  },
}
