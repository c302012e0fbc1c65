// Layers that change the pixels of images, and the form of features.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { Attributes, FeatureShape, LayerOp } from '../layer.ts'
import { count, itemShape } from './attributes.ts'
import { asImage, asTokens, shapeText } from './checks.ts'

/** Nearest-neighbour upsampling by 2. */
export const upsample: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [2 * height, 2 * width, channels]
  },
}

/** Means of `size` x `size` pixels. */
export const avg_pool: LayerOp = {
  inputs: ['x'],
  attrs: { size: count },
  shape([x], { size }) {
    const [height, width, channels] = dividedImage(x, size as number)
    return [height, width, channels]
  },
}

/** Height, width and channels of an image divided into squares of `size` pixels. */
function dividedImage(x: FeatureShape, size: number) {
  const [height, width, channels] = asImage(x, 'x')
  return [...divideSides(height, width, size), channels] as const
}

/** Rows and columns of squares of `size` pixels. */
function divideSides(height: number, width: number, size: number): [number, number] {
  if (height % size || width % size)
    throw new EngineError(layerMessages.divideSize, {
      argument: 'size',
      height,
      width,
      value: size,
    })
  return [height / size, width / size]
}

/** Checks that x is as many tokens as an image has. */
function checkCount(x: FeatureShape, expected: number, size: Pick<Attributes, 'height' | 'width'>) {
  const [count] = asTokens(x, 'x')
  if (count === 'n') throw unknownCount(x)
  if (count !== expected)
    throw new EngineError(layerMessages.tokenCount, { argument: 'x', ...size, expected, count })
}

const unknownCount = (x: FeatureShape) =>
  new EngineError(layerMessages.unknownCount, { argument: 'x', shape: shapeText(x) })

/** Mean over the pixels: `[h, w, c]` to `[c]`. */
export const mean_pixels: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape: ([x]) => [asImage(x, 'x')[2]],
}

/** The pixels of an image as tokens: `[h, w, c]` to `[h w, c]`. */
export const to_tokens: LayerOp = {
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [height * width, channels]
  },
}

/** Tokens as the pixels of an image of `height` and `width`: `[h w, c]` to `[h, w, c]`. */
export const to_image: LayerOp = {
  inputs: ['x'],
  attrs: { height: count, width: count },
  shape([x], { height, width }) {
    checkCount(x, (height as number) * (width as number), { height, width })
    return [height as number, width as number, x[1]]
  },
}

/** Squares of `size` pixels as tokens: `[h, w, c]` to `[h w / s², s² c]`. */
export const patchify: LayerOp = {
  inputs: ['x'],
  attrs: { size: count },
  shape([x], { size }) {
    const [rows, columns, channels] = dividedImage(x, size as number)
    return [rows * columns, channels * (size as number) ** 2]
  },
}

/** Tokens as squares of `size` pixels of an image of `height` and `width`. */
export const unpatchify: LayerOp = {
  inputs: ['x'],
  attrs: { size: count, height: count, width: count },
  shape([x], { size: s, height, width }) {
    const [, channels] = asTokens(x, 'x')
    const size = s as number
    const [rows, columns] = divideSides(height as number, width as number, size)
    checkCount(x, rows * columns, { height, width })
    if (channels % size ** 2)
      throw new EngineError(layerMessages.patchChannels, {
        argument: 'x',
        expected: size ** 2,
        shape: shapeText(x),
      })
    return [height as number, width as number, channels / size ** 2]
  },
}

/** The same numbers in another shape, in the order of their axes. */
export const reshape: LayerOp = {
  inputs: ['x'],
  attrs: { shape: itemShape },
  shape([x], { shape }) {
    if (x.includes('n')) throw unknownCount(x)
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
}
