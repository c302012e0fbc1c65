// Sums, products and other combinations of features.
import { EngineError } from '../../../base/errors.ts'
import { createRandom } from '../../../base/random.ts'
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { dropout as applyDropout } from '../../../layers/dropout.ts'
import { fourierFeatures } from '../../../layers/fourierFeatures.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { FeatureShape, LayerOp, LayerRun } from '../layer.ts'
import { count, countOrZero, finite, share } from './attributes.ts'
import { asVector, channelsOf, checkDivides, isSame, shapeText } from './checks.ts'

/** Reshapes `[n, c]` so that it applies to every pixel of a tensor of `rank` axes. */
function perChannel(x: Tensor, rank: number): Tensor {
  return x.rank === rank
    ? x
    : x.reshape([x.shape[0], ...Array<number>(rank - 2).fill(1), x.shape.at(-1)!])
}

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

const combine =
  (apply: (a: Tensor, b: Tensor) => Tensor) =>
  ({ inputs }: LayerRun): Tensor => {
    const tensors = inputs as Tensor[]
    const rank = Math.max(...tensors.map((tensor) => tensor.rank))
    return tensors.map((tensor) => perChannel(tensor, rank)).reduce(apply)
  }

/** Sum of features of equal shapes; some may have channels only. */
export const add: LayerOp = {
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
  run: combine((a, b) => a.add(b)),
}

/** Product of features of equal shapes; some may have channels only. */
export const multiply: LayerOp = {
  inputs: 'many',
  attrs: {},
  shape: combinedShape,
  run: combine((a, b) => a.mul(b)),
}

/** x / `by`. */
export const divide: LayerOp = {
  inputs: ['x'],
  attrs: { by: finite },
  shape: ([x]) => x,
  run: ({ inputs: [x], attrs }) => (x as Tensor).div(attrs.by as number),
}

/** `scale` x + `shift`, with numbers. */
export const affine: LayerOp = {
  inputs: ['x'],
  attrs: { scale: finite, shift: finite },
  shape: ([x]) => x,
  run: ({ inputs: [x], attrs: { scale, shift } }) => {
    const scaled = scale === 1 ? (x as Tensor) : (x as Tensor).mul(scale as number)
    return shift === 0 ? scaled : scaled.add(shift as number)
  },
}

/** x times a learned number per channel. */
export const channel_scale: LayerOp = {
  inputs: ['x'],
  attrs: { start: finite },
  shape: ([x]) => x,
  weights: ([x], { start }) => [
    {
      part: 'weight',
      shape: [channelsOf(x)],
      layout: 'plain',
      start: start === 0 ? { kind: 'zeros' } : { kind: 'ones' },
    },
  ],
  run: ({ inputs: [x], weights }) => (x as Tensor).mul(weights.weight),
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
  run({ inputs }) {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor]
    return x.mul(perChannel(scale, x.rank).add(1)).add(perChannel(shift, x.rank))
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
  run({ inputs }) {
    const tensors = inputs as Tensor[]
    const batch = Math.max(...tensors.map(({ shape }) => shape[0]))
    return tf.concat(
      tensors.map((tensor) => forAll(tensor, batch)),
      -1,
    )
  },
}

/** Repeats the value for all items. */
export const forAll = <T extends Tensor>(x: T, batch: number): T =>
  x.shape[0] === batch ? x : (x.tile([batch, ...x.shape.slice(1).map(() => 1)]) as T)

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
  run: ({ inputs: [x], attrs }) =>
    splitFeatures(x as Tensor, attrs.count as number)[attrs.index as number],
}

export const splitFeatures = (x: Tensor, count: number): Tensor[] => tf.split(x, count, -1)

/** Dropout during training (Srivastava et al. 2014). */
export const dropout: LayerOp = {
  inputs: ['x'],
  attrs: { rate: share },
  shape: ([x]) => x,
  run: (layer) => drop(layer.inputs[0] as Tensor, layer),
}

/** Drops elements with draws that differ by layer and step, and are equal after a resumption. */
export function drop(
  x: Tensor,
  { attrs, place, pass: { training } }: Pick<LayerRun, 'attrs' | 'place' | 'pass'>,
): Tensor {
  if (!training) return x
  return applyDropout(x, attrs.rate as number, createRandom(training.seed, [training.step, place]))
}

/** Sines and cosines of x, 2x, 4x, ... beside x (Tancik et al. 2020). */
export const fourier_features: LayerOp = {
  inputs: ['x'],
  attrs: { count: countOrZero },
  shape: ([x], { count }) => [asVector(x, 'x') * (1 + 2 * (count as number))],
  run: ({ inputs: [x], attrs }) => fourierFeatures(x as Tensor2D, attrs.count as number),
}
