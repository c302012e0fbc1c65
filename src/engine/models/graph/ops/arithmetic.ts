// Sums, products and other combinations of features.
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { createRandom } from '../../../base/random.ts'
import { dropout as applyDropout } from '../../../layers/dropout.ts'
import { fourierFeatures } from '../../../layers/fourierFeatures.ts'
import type { FeatureShape, LayerOp, LayerRun } from '../layer.ts'

/** Reshapes `[n, c]` so that it applies to every pixel of a tensor of `rank` axes. */
export function perChannel(x: Tensor, rank: number): Tensor {
  return x.rank === rank
    ? x
    : x.reshape([x.shape[0], ...Array<number>(rank - 2).fill(1), x.shape.at(-1)!])
}

/** The larger of two shapes, of which one may have channels only. */
const larger = ([a, b]: readonly FeatureShape[]): FeatureShape => (b.length > a.length ? b : a)

const combine =
  (apply: (a: Tensor, b: Tensor) => Tensor) =>
  ({ inputs }: LayerRun): Tensor => {
    const [a, b] = inputs as [Tensor, Tensor]
    const rank = Math.max(a.rank, b.rank)
    return apply(perChannel(a, rank), perChannel(b, rank))
  }

/** a + b, of equal shapes; one may have channels only. */
export const add: LayerOp = { shape: larger, run: combine((a, b) => a.add(b)) }

/** a b, of equal shapes; one may have channels only. */
export const multiply: LayerOp = { shape: larger, run: combine((a, b) => a.mul(b)) }

/** x / `by`. */
export const divide: LayerOp = {
  shape: ([x]) => x,
  run: ({ inputs: [x], attrs }) => (x as Tensor).div(attrs.by as number),
}

/** `scale` x + `shift`, with numbers. */
export const affine: LayerOp = {
  shape: ([x]) => x,
  run: ({ inputs: [x], attrs: { scale, shift } }) =>
    (x as Tensor).mul(scale as number).add(shift as number),
}

/** x (1 + scale) + shift, with a scale and a shift per channel (Perez et al. 2018, FiLM). */
export const modulate: LayerOp = {
  shape: ([x]) => x,
  run({ inputs }) {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor]
    return x.mul(perChannel(scale, x.rank).add(1)).add(perChannel(shift, x.rank))
  },
}

/** Joins features along the last axis. */
export const concat: LayerOp = {
  shape: (inputs) => [
    ...inputs[0].slice(0, -1),
    inputs.reduce((sum, shape) => sum + (shape.at(-1) as number), 0),
  ],
  run: ({ inputs }) => tf.concat(inputs as Tensor[], -1),
}

/** Part `index` of `count` equal parts of the last axis. */
export const split: LayerOp = {
  shape: ([x], { count }) => [...x.slice(0, -1), (x.at(-1) as number) / (count as number)],
  run: ({ inputs: [x], attrs }) =>
    splitFeatures(x as Tensor, attrs.count as number)[attrs.index as number],
}

export const splitFeatures = (x: Tensor, count: number): Tensor[] => tf.split(x, count, -1)

/** Dropout during training (Srivastava et al. 2014). */
export const dropout: LayerOp = {
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
  shape: ([x], { count }) => [(x[0] as number) * (1 + 2 * (count as number))],
  run: ({ inputs: [x], attrs }) => fourierFeatures(x as Tensor2D, attrs.count as number),
}
