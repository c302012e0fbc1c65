// Per-item coefficients as tensors that broadcast over a batch, and shape checks.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * One float32 number per item of `like`, `[b, 1, ...]` with its rank. A scalar if all are equal, so
 * that a single timestep and a batch of equal timesteps give the same bits. Throws EngineError
 * about `argument` unless there are b numbers or 1.
 */
export function perItem(
  values: Float64Array | readonly number[],
  like: Tensor,
  argument = 't',
): Tensor {
  checkCoefficientCount(values.length, like, argument)
  const first = values[0]
  if (values.every((value: number) => value === first)) return tf.scalar(first)
  return tf.tensor(
    Float32Array.from(values),
    [values.length, ...new Array<number>(like.rank - 1).fill(1)],
    'float32',
  )
}

/** Throws EngineError about `argument` unless there is one timestep per item of `like`, or one. */
export function checkCoefficientCount(count: number, like: Tensor, argument = 't') {
  const batch = like.shape[0] ?? 1
  if (count === 1 || count === batch) return
  throw new EngineError(processMessages.timestepsPerItem, { argument, batch, count })
}

export const isSameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Throws EngineError about `argument` unless `tensor` has the shape of `like` (`likeArgument`). */
export function checkShape(tensor: Tensor, like: Tensor, argument: string, likeArgument: string) {
  if (isSameShape(tensor.shape, like.shape)) return
  throw new EngineError(processMessages.shape, {
    argument,
    like: likeArgument,
    expected: like.shape,
    shape: tensor.shape,
  })
}

/**
 * Broadcasts two levels to equal lengths. Throws EngineError if neither length is 1 and they
 * differ.
 */
export function broadcastLevels(from: Levels, to: Levels): [Levels, Levels] {
  const length = Math.max(from.t.length, to.t.length)
  const stretch = (values: Float64Array) =>
    values.length === 1 ? new Float64Array(length).fill(values[0]) : values
  const all = ({ t, ratio, alpha, sigma }: Levels): Levels => ({
    t: stretch(t),
    ...(ratio && { ratio: stretch(ratio) }),
    alpha: stretch(alpha),
    sigma: stretch(sigma),
  })
  const [a, b] = [all(from), all(to)]
  if (a.t.length === b.t.length) return [a, b]
  throw new EngineError(processMessages.timestepPairs, {
    argument: 't_prev',
    expected: from.t.length,
    count: to.t.length,
  })
}
