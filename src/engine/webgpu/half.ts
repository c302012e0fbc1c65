// Tensors that are stored as halves (IEEE 754 binary16), two in 32 bits: half the memory, and half of what is read and written.
// To tfjs they are tensors of float32; all is computed in float32. Rounded is what is written, by 2^-11 of each number at most.
import type { DataType, TensorInfo } from '../tf.ts'

/** A tensor for a kernel that reads it as it is stored. */
export interface Stored extends TensorInfo {
  half: boolean
}

export const asStored = ({ dataId, shape, dtype }: TensorInfo, half: boolean): Stored => ({ dataId, shape, dtype, half })

/** A tensor that a kernel is to make, of halves or not. */
export interface Made {
  shape: readonly number[]
  dtype: DataType
  half?: boolean
}

/** Whether a tensor of this shape can be stored as halves: kernels read four channels of it at a time. */
export const canBeHalf = (shape: readonly number[]) => shape.length > 0 && shape.at(-1)! % 4 === 0
