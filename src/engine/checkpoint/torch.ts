// Conversion of weight layouts: PyTorch has [out, in] and [out, in, height, width], this engine
// [in, out] and [height, width, in, out].
import { countElements } from '../base/shapes.ts'
import type { WeightLayout } from '../models/graph/layerOp.ts'
import type { StoredTensor } from '../archive/safetensors.ts'

/** Axes of PyTorch's tensor, and of this engine's. Plain weights have the same layout in both. */
const axes: {
  [K in WeightLayout]: { torch: readonly number[]; own: readonly number[] } | undefined
} = {
  convolution: { torch: [3, 2, 0, 1], own: [2, 3, 1, 0] },
  linear: { torch: [1, 0], own: [1, 0] },
  plain: undefined,
}

/** Converts from this engine's layout to PyTorch's. */
export const toTorch = (layout: WeightLayout, tensor: StoredTensor): StoredTensor =>
  permute(tensor, axes[layout]?.torch)

/** Converts from PyTorch's layout to this engine's. */
export const fromTorch = (layout: WeightLayout, tensor: StoredTensor): StoredTensor =>
  permute(tensor, axes[layout]?.own)

/** Transposes `tensor` to the order of `axes`, if there are any. */
function permute(tensor: StoredTensor, axes: readonly number[] | undefined): StoredTensor {
  if (!axes) return tensor
  const shape = axes.map((axis) => tensor.shape[axis])
  const steps = axes.map((axis) => countElements(tensor.shape.slice(axis + 1)))
  const data = new Float32Array(tensor.data.length)
  let at = 0
  const fill = (axis: number, from: number) => {
    const [size, step] = [shape[axis], steps[axis]]
    if (axis < axes.length - 1) for (let i = 0; i < size; i++) fill(axis + 1, from + i * step)
    else for (let i = 0; i < size; i++) data[at++] = tensor.data[from + i * step]
  }
  fill(0, 0)
  return { shape, data }
}
