// Contents of tensors that were made from numbers on the CPU, without reading them back.
import type { Tensor } from './tf.ts'

type Values = Float32Array | (() => Float32Array)

/** By the data that a tensor shares with its clones and reshapes. Freed with it. */
const known = new WeakMap<object, Values>()

/**
 * Remembers the contents of a tensor: as an array that stays unchanged, or as a function that
 * computes them again. Returns the tensor.
 */
export function rememberValues<T extends Tensor>(tensor: T, values: Values): T {
  known.set(tensor.dataId, values)
  return tensor
}

/** Returns the contents of a tensor if they are known on the CPU. */
export function knownValues(tensor: Tensor): Float32Array | undefined {
  const values = known.get(tensor.dataId)
  return typeof values === 'function' ? values() : values
}
