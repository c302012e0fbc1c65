// Half precision storage (IEEE 754 binary16), two values in 32 bits: half the memory and bandwidth.
// To tfjs these are float32 tensors, and arithmetic is float32. Only stored values are rounded,
// with a relative error of at most 2^-11.
import type { DataType, TensorInfo } from '../../base/tf.ts'

/** A tensor for a kernel that reads it in its stored form. */
export interface StoredTensor extends TensorInfo {
  half: boolean
}

export const withStorage = ({ dataId, shape, dtype }: TensorInfo, half: boolean): StoredTensor => ({
  dataId,
  shape,
  dtype,
  half,
})

/** A tensor for a kernel to create. */
export interface OutputSpec {
  shape: readonly number[]
  dtype: DataType
  half?: boolean
}

/** Returns whether a tensor can be stored in half precision; kernels read its channels in fours. */
export const canStoreAsHalf = (shape: readonly number[]) =>
  shape.length > 0 && shape[shape.length - 1] % 4 === 0
