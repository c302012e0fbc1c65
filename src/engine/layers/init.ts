// Weight initialisation with PyTorch's defaults.
import type { Random } from '../base/random.ts'
import { tf } from '../base/tf.ts'
import type { Weights } from '../base/values.ts'

/** `torch.nn.Linear`: uniform within 1 / sqrt(in). Weight `[in, out]`, bias `[out]` or none. */
export function linearWeights(
  name: string,
  from: number,
  to: number,
  random: Random,
  bias = true,
): Weights {
  const bound = 1 / Math.sqrt(from)
  return {
    [`${name}.weight`]: tf.tensor2d(uniform(from * to, bound, random), [from, to]),
    ...(bias && { [`${name}.bias`]: tf.tensor1d(uniform(to, bound, random)) }),
  }
}

/**
 * `torch.nn.Conv2d`: uniform within 1 / sqrt(kernel^2 in). Weight `[kernel, kernel, in, out]`, bias
 * `[out]`.
 */
export function convWeights(
  name: string,
  kernel: number,
  from: number,
  to: number,
  random: Random,
): Weights {
  const fanIn = kernel * kernel * from
  const bound = 1 / Math.sqrt(fanIn)
  return {
    [`${name}.weight`]: tf.tensor4d(uniform(fanIn * to, bound, random), [kernel, kernel, from, to]),
    [`${name}.bias`]: tf.tensor1d(uniform(to, bound, random)),
  }
}

/** torch's norm layers: weight 1, bias 0. */
export const normWeights = (name: string, channels: number): Weights => ({
  [`${name}.weight`]: tf.ones([channels]),
  [`${name}.bias`]: tf.zeros([channels]),
})

/** `torch.nn.Embedding`: standard normal. A table `[count, dim]`. */
export const embeddingWeights = (
  name: string,
  count: number,
  dim: number,
  random: Random,
): Weights => ({
  [`${name}.weight`]: tf.tensor2d(random.normal(count * dim), [count, dim]),
})

const uniform = (count: number, bound: number, random: Random) =>
  random.uniform(count).map((u) => bound * (2 * u - 1))
