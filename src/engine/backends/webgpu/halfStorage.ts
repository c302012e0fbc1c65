// Half precision storage (IEEE 754 binary16), two values in 32 bits: half the memory and bandwidth.
// To tfjs these are float32 tensors, and arithmetic is float32. Only stored values are rounded,
// with a relative error of at most 2^-11.
//
// Gradients between layers are too small for it: that of a mean over n numbers is of the order 1 / n.
// They are stored scaled ({@link GRADIENT_SCALE}), by the code that writes and reads them, so no other
// code has to know (the loss scaling of Micikevicius et al. 2018, for each tensor).
import type { DataType, TensorInfo } from '../../base/tf.ts'

/**
 * Factor of stored gradients, exact as a power of two. Gradients of 2^-28 to 4 have full precision,
 * smaller ones an error of at most 2^-39; larger ones become NaN, which ends a training with a fault.
 * The first layers of a mean over 10^4 to 10^7 numbers are near the middle of that range.
 */
export const GRADIENT_SCALE = 2 ** 14

/** Half precision of a tensor: none, plain, or `scaled` by {@link GRADIENT_SCALE}. */
export type HalfStorage = boolean | 'scaled'

/** A tensor for a kernel that reads it in its stored form. */
export interface StoredTensor extends TensorInfo {
  half: HalfStorage
}

export const withStorage = (
  { dataId, shape, dtype }: TensorInfo,
  half: HalfStorage,
): StoredTensor => ({
  dataId,
  shape,
  dtype,
  half,
})

/** A tensor for a kernel to create. */
export interface OutputSpec {
  shape: readonly number[]
  dtype: DataType
  half?: HalfStorage
}

/** Returns how a gradient of this shape is stored, if those of its layer are stored as `half`. */
export const gradientStorage = (shape: readonly number[], half: boolean): HalfStorage =>
  half && canStoreAsHalf(shape) && 'scaled'

/** Returns the part of a program's name about gradients in half precision. */
export const describeHalves = (stored: Record<string, HalfStorage>): string => {
  const names = Object.keys(stored).filter((name) => stored[name])
  return names.length > 0 ? ` half ${names.join(' ')}` : ''
}

/** Returns whether a tensor can be stored in half precision; kernels read its channels in fours. */
export const canStoreAsHalf = (shape: readonly number[]) =>
  shape.length > 0 && shape[shape.length - 1] % 4 === 0
