// Numbers that belong to the items of a batch, brought into a shape that multiplies the batch; checks of such shapes.
import { NodeError } from './plan/fault.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/**
 * One float32 number per item of `like`, `[b, 1, ...]` with its rank; a scalar where all are equal, so that one timestep
 * for all and the same timestep for each give the same bits. Throws NodeError at `slot` unless there are b numbers or 1.
 */
export function perItem(values: Float64Array | readonly number[], like: Tensor, slot = 't'): Tensor {
  checkCount(values.length, like, slot)
  const first = values[0]!
  if (values.every((value: number) => value === first)) return tf.scalar(first)
  return tf.tensor(Float32Array.from(values), [values.length, ...new Array<number>(like.rank - 1).fill(1)], 'float32')
}

/** Throws NodeError at `slot` unless there is one timestep for each item of `like`, or one for all. */
export function checkCount(count: number, like: Tensor, slot = 't') {
  const batch = like.shape[0] ?? 1
  if (count === 1 || count === batch) return
  throw new NodeError({
    slot,
    message: `Expected one timestep per item: [${batch}], got [${count}].`,
    cure: `Take ${slot} and the samples from the same batch.`,
  })
}

export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Throws NodeError at `slot` unless `tensor` has the shape of `like`, which came in at `likeSlot`. */
export function checkShape(tensor: Tensor, like: Tensor, slot: string, likeSlot: string) {
  if (sameShape(tensor.shape, like.shape)) return
  throw new NodeError({
    slot,
    message: `Expected the shape of ${likeSlot}, [${like.shape}], got [${tensor.shape}].`,
    cure: `Make ${slot} and ${likeSlot} from the same batch.`,
  })
}

/** Two levels at one length, where either may hold for all. Throws NodeError if they count different batches. */
export function broadcastLevels(from: Levels, to: Levels): [Levels, Levels] {
  const length = Math.max(from.t.length, to.t.length)
  const stretch = (values: Float64Array) => (values.length === 1 ? new Float64Array(length).fill(values[0]!) : values)
  const all = ({ t, ratio, alpha, sigma }: Levels): Levels => ({
    t: stretch(t),
    ...(ratio && { ratio: stretch(ratio) }),
    alpha: stretch(alpha),
    sigma: stretch(sigma),
  })
  const [a, b] = [all(from), all(to)]
  if (a.t.length === b.t.length) return [a, b]
  throw new NodeError({
    slot: 't_prev',
    message: `Expected as many timesteps as t has: [${from.t.length}], got [${to.t.length}].`,
    cure: 'Take t and t_prev from the same SamplingStart.',
  })
}
