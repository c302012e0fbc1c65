// Layers that change the pixels of images, and the form of features.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { defineLayerOp, free, type FeatureShape } from '../layerOp.ts'
import { count, itemShape } from './attributes.ts'
import { asImage, asTokens, channelsOf, isFixed, shapeText } from './checks.ts'
import { countElements } from '../../../base/shapes.ts'

/** Nearest-neighbour upsampling by 2. */
export const upsample = defineLayerOp({
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [2 * height, 2 * width, channels]
  },
  cost: free,
})

/** Means of `size` x `size` pixels. */
export const avg_pool = defineLayerOp({
  inputs: ['x'],
  attrs: { size: count },
  shape: ([x], { size }) => dividedImage(x, size),
  cost: free,
  title: 'Average pooling',
})

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
function checkCount(x: FeatureShape, expected: number, size: { height: number; width: number }) {
  const [count] = asTokens(x, 'x')
  if (count === 'n') throw unknownCount(x)
  if (count !== expected)
    throw new EngineError(layerMessages.tokenCount, { argument: 'x', ...size, expected, count })
}

const unknownCount = (x: FeatureShape) =>
  new EngineError(layerMessages.unknownCount, { argument: 'x', shape: shapeText(x) })

/** Mean over the pixels: `[h, w, c]` to `[c]`. */
export const mean_pixels = defineLayerOp({
  inputs: ['x'],
  attrs: {},
  shape: ([x]) => [asImage(x, 'x')[2]],
  cost: free,
  title: 'Mean over pixels',
})

/** The pixels of an image as tokens: `[h, w, c]` to `[h w, c]`. */
export const to_tokens = defineLayerOp({
  inputs: ['x'],
  attrs: {},
  shape([x]) {
    const [height, width, channels] = asImage(x, 'x')
    return [height * width, channels]
  },
  cost: free,
})

/** Tokens as the pixels of an image of `height` and `width`: `[h w, c]` to `[h, w, c]`. */
export const to_image = defineLayerOp({
  inputs: ['x'],
  attrs: { height: count, width: count },
  shape([x], { height, width }) {
    checkCount(x, height * width, { height, width })
    return [height, width, channelsOf(x)]
  },
  cost: free,
})

/** Squares of `size` pixels as tokens: `[h, w, c]` to `[h w / s², s² c]`. */
export const patchify = defineLayerOp({
  inputs: ['x'],
  attrs: { size: count },
  shape([x], { size }) {
    const [rows, columns, channels] = dividedImage(x, size)
    return [rows * columns, channels * size ** 2]
  },
  cost: free,
  title: 'Patches',
})

/** Tokens as squares of `size` pixels of an image of `height` and `width`. */
export const unpatchify = defineLayerOp({
  inputs: ['x'],
  attrs: { size: count, height: count, width: count },
  shape([x], { size, height, width }) {
    const [, channels] = asTokens(x, 'x')
    const [rows, columns] = divideSides(height, width, size)
    checkCount(x, rows * columns, { height, width })
    if (channels % size ** 2)
      throw new EngineError(layerMessages.patchChannels, {
        argument: 'x',
        expected: size ** 2,
        shape: shapeText(x),
      })
    return [height, width, channels / size ** 2]
  },
  cost: free,
  title: 'Patches to image',
})

/** The same numbers in another shape, in the order of their axes. */
export const reshape = defineLayerOp({
  inputs: ['x'],
  attrs: { shape: itemShape },
  shape([x], { shape }) {
    if (!isFixed(x)) throw unknownCount(x)
    const [from, to] = [x, shape].map(countElements)
    if (from !== to)
      throw new EngineError(layerMessages.elementCount, {
        argument: 'shape',
        expected: to,
        to: shapeText(shape),
        count: from,
        shape: shapeText(x),
      })
    return shape
  },
  cost: free,
})
