// Sums, products and other combinations of features.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { defineLayerOp, free, type FeatureShape } from '../layerOp.ts'
import { count, countOrZero, finite, share } from './attributes.ts'
import { asVector, channelsOf, checkDivides, isSame, shapeText } from './checks.ts'

/** Shape of a sum or product: that of `x_1`, or the longest if others have channels only. */
function combinedShape(inputs: readonly FeatureShape[]): FeatureShape {
  const whole = inputs.reduce((longest, shape) => (shape.length > longest.length ? shape : longest))
  for (const [i, shape] of inputs.entries()) {
    const argument = `x_${i + 1}`
    if (whole.length === 1) checkPerChannel(shape, channelsOf(whole), argument)
    const isFitting =
      isSame(shape, whole) || (shape.length === 1 && channelsOf(shape) === channelsOf(whole))
    if (isFitting) continue
    throw new EngineError(layerMessages.sameShape, {
      argument,
      expected: shapeText(whole),
      channels: channelsOf(whole),
      shape: shapeText(shape),
    })
  }
  return whole
}

/** Checks that `argument` is a vector of `channels` numbers. */
function checkPerChannel(shape: FeatureShape, channels: number, argument: string) {
  if (isSame(shape, [channels])) return
  throw new EngineError(layerMessages.perChannel, {
    argument,
    expected: channels,
    shape: shapeText(shape),
  })
}

/** Sum of features of equal shapes; some may have channels only. */
export const add = defineLayerOp({
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
  cost: free,
})

/** Product of features of equal shapes; some may have channels only. */
export const multiply = defineLayerOp({
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
  cost: { saves: 'product' },
})

/** x / `by`. */
export const divide = defineLayerOp({
  inputs: ['x'],
  attrs: { by: finite },
  shape: ([x]) => x,
  cost: free,
  title: 'Scale',
})

/** x / `by`, with one number per item, or one per channel. */
export const quotient = defineLayerOp({
  inputs: ['x', 'by'],
  attrs: {},
  shape([x, by]) {
    if (asVector(by, 'by') === 1 || by[0] === channelsOf(x)) return x
    throw new EngineError(layerMessages.perChannel, {
      argument: 'by',
      expected: channelsOf(x),
      shape: shapeText(by),
    })
  },
  cost: free,
  title: 'Divide',
})

/** `scale` x + `shift`, with numbers. */
export const affine = defineLayerOp({
  inputs: ['x'],
  attrs: { scale: finite, shift: finite },
  shape: ([x]) => x,
  cost: free,
  title: 'Scale',
})

/** x times a learned number per channel, all of which start at `start`. */
export const channel_scale = defineLayerOp({
  inputs: ['x'],
  attrs: { start: finite },
  shape: ([x]) => x,
  weights: ([x], { start }) => [
    {
      part: 'weight',
      shape: [channelsOf(x)],
      layout: 'plain',
      start: { kind: 'constant', value: start },
    },
  ],
  cost: { saves: 'inputs' },
  title: 'Scale',
})

/** x (1 + scale) + shift, with a scale and a shift per channel (Perez et al. 2018, FiLM). */
export const modulate = defineLayerOp({
  inputs: ['x', 'scale', 'shift'],
  attrs: {},
  shape([x, ...vectors]) {
    for (const [i, shape] of vectors.entries())
      checkPerChannel(shape, channelsOf(x), ['scale', 'shift'][i])
    return x
  },
  cost: { saves: 'modulation' },
  title: 'Scale and shift',
})

/** Joins features along the last axis. */
export const concat = defineLayerOp({
  inputs: 'many',
  attrs: {},
  shape([first, ...others]) {
    const sides = first.slice(0, -1)
    for (const [i, shape] of others.entries()) {
      if (isSame(shape.slice(0, -1), sides)) continue
      throw new EngineError(layerMessages.joined, {
        argument: `x_${i + 2}`,
        expected: [...sides, 'c'].join(', '),
        shape: shapeText(shape),
      })
    }
    return [...sides, [first, ...others].reduce((sum, shape) => sum + channelsOf(shape), 0)]
  },
  cost: free,
})

/** Part `index` of `count` equal parts of the last axis. */
export const split = defineLayerOp({
  inputs: ['x'],
  attrs: { count, index: countOrZero },
  shape([x], { count, index }) {
    checkDivides(count, channelsOf(x), 'count')
    if (index >= count)
      throw new EngineError(layerMessages.partIndex, {
        argument: 'index',
        count,
        value: index,
      })
    return [...x.slice(0, -1), channelsOf(x) / count]
  },
  cost: free,
})

/** Dropout during training (Srivastava et al. 2014). */
export const dropout = defineLayerOp({
  inputs: ['x'],
  attrs: { rate: share },
  shape: ([x]) => x,
  cost: free,
})

/** Sines and cosines of x, 2x, 4x, ... beside x (Tancik et al. 2020). */
export const fourier_features = defineLayerOp({
  inputs: ['x'],
  attrs: { count: countOrZero },
  shape: ([x], { count }) => [asVector(x, 'x') * (1 + 2 * count)],
  cost: free,
})
