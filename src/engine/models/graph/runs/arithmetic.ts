// Evaluation of sums, products and other combinations of features.
import { createStepRandom } from '../../../base/random.ts'
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import { dropout as applyDropout } from '../../../layers/dropout.ts'
import { fourierFeatures } from '../../../layers/fourierFeatures.ts'
import type { LayerRun, LayerRuns } from '../layer.ts'

/** Reshapes `[n, c]` so that it applies to every pixel of a tensor of `rank` axes. */
function perChannel(x: Tensor, rank: number): Tensor {
  return x.rank === rank
    ? x
    : x.reshape([x.shape[0], ...Array<number>(rank - 2).fill(1), x.shape.at(-1)!])
}

const combine =
  (apply: (a: Tensor, b: Tensor) => Tensor) =>
  ({ inputs }: { inputs: readonly Tensor[] }): Tensor => {
    const rank = Math.max(...inputs.map((tensor) => tensor.rank))
    return inputs.map((tensor) => perChannel(tensor, rank)).reduce(apply)
  }

export const runs = {
  add: combine((a, b) => a.add(b)),
  multiply: combine((a, b) => a.mul(b)),
  divide: ({ inputs: [x], attrs: { by } }) => x.div(by),
  quotient: ({ inputs: [x, by] }) => x.div(perChannel(by, x.rank)),
  affine: ({ inputs: [x], attrs: { scale, shift } }) => {
    const scaled = scale === 1 ? x : x.mul(scale)
    return shift === 0 ? scaled : scaled.add(shift)
  },
  channel_scale: ({ inputs: [x], weights }) => x.mul(weights.weight),
  modulate: ({ inputs: [x, scale, shift] }) =>
    x.mul(perChannel(scale, x.rank).add(1)).add(perChannel(shift, x.rank)),
  concat({ inputs }) {
    const batch = Math.max(...inputs.map(({ shape }) => shape[0]))
    return tf.concat(
      inputs.map((tensor) => forAll(tensor, batch)),
      -1,
    )
  },
  split: ({ inputs: [x], attrs: { count, index } }) => splitFeatures(x, count)[index],
  dropout: (layer) => drop(layer.inputs[0] as Tensor, layer),
  fourier_features: ({ inputs: [x], attrs }) => fourierFeatures(x as Tensor2D, attrs.count),
} satisfies Partial<LayerRuns>

/** Repeats the value for all items. */
export const forAll = <T extends Tensor>(x: T, batch: number): T =>
  x.shape[0] === batch ? x : (x.tile([batch, ...x.shape.slice(1).map(() => 1)]) as T)

export const splitFeatures = (x: Tensor, count: number): Tensor[] => tf.split(x, count, -1)

/** Drops elements with draws that differ by layer and step, and are equal after a resumption. */
export function drop(
  x: Tensor,
  { attrs, place, pass: { training } }: Pick<LayerRun<'dropout'>, 'attrs' | 'place' | 'pass'>,
): Tensor {
  if (!training) return x
  const { seed, step } = training
  return applyDropout(x, attrs.rate, createStepRandom(seed, step, place))
}
