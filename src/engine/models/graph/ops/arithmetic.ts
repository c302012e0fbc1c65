// Sums, products and other combinations of features.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { FeatureShape, LayerOp } from '../layer.ts'
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
export const add: LayerOp = {
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
}

/** Product of features of equal shapes; some may have channels only. */
export const multiply: LayerOp = {
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
}

/** x / `by`. */
export const divide: LayerOp = {
  inputs: ['x'],
  attrs: { by: finite },
  shape: ([x]) => x,
}

/** x / `by`, with one number per item, or one per channel. */
export const quotient: LayerOp = {
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
}

/** `scale` x + `shift`, with numbers. */
export const affine: LayerOp = {
  inputs: ['x'],
  attrs: { scale: finite, shift: finite },
  shape: ([x]) => x,
}

/** x times a learned number per channel, all of which start at `start`. */
export const channel_scale: LayerOp = {
  inputs: ['x'],
  attrs: { start: finite },
  shape: ([x]) => x,
  weights: ([x], { start }) => [
    {
      part: 'weight',
      shape: [channelsOf(x)],
      layout: 'plain',
      start: { kind: 'constant', value: start as number },
    },
  ],
}

/** x (1 + scale) + shift, with a scale and a shift per channel (Perez et al. 2018, FiLM). */
export const modulate: LayerOp = {
  inputs: ['x', 'scale', 'shift'],
  attrs: {},
  shape([x, ...vectors]) {
    for (const [i, shape] of vectors.entries())
      checkPerChannel(shape, channelsOf(x), ['scale', 'shift'][i])
    return x
  },
}

/** Joins features along the last axis. */
export const concat: LayerOp = {
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
}

/** Part `index` of `count` equal parts of the last axis. */
export const split: LayerOp = {
  inputs: ['x'],
  attrs: { count, index: countOrZero },
  shape([x], attrs) {
    const [count, index] = [attrs.count as number, attrs.index as number]
    checkDivides(count, channelsOf(x), 'count')
    if (index >= count)
      throw new EngineError(layerMessages.partIndex, {
        argument: 'index',
        count,
        value: index,
      })
    return [...x.slice(0, -1), channelsOf(x) / count]
  },
}

/** Dropout during training (Srivastava et al. 2014). */
export const dropout: LayerOp = {
  inputs: ['x'],
  attrs: { rate: share },
  shape: ([x]) => x,
}

/** Sines and cosines of x, 2x, 4x, ... beside x (Tancik et al. 2020). */
export const fourier_features: LayerOp = {
  inputs: ['x'],
  attrs: { count: countOrZero },
  shape: ([x], { count }) => [asVector(x, 'x') * (1 + 2 * (count as number))],
}
