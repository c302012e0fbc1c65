// Conversion of weight layouts: PyTorch has [out, in] and [out, in, height, width], this engine
// [in, out] and [height, width, in, out].
import type { StoredTensor } from './safetensors.ts'

/** Converts from this engine's layout to PyTorch's. */
export const toTorch = (name: string, tensor: StoredTensor): StoredTensor =>
  isTable(name) ? tensor : permute(tensor, { 2: [1, 0], 4: [3, 2, 0, 1] }[tensor.shape.length])

/** Converts from PyTorch's layout to this engine's. */
export const fromTorch = (name: string, tensor: StoredTensor): StoredTensor =>
  isTable(name) ? tensor : permute(tensor, { 2: [1, 0], 4: [2, 3, 1, 0] }[tensor.shape.length])

/** True for embedding tables, [count, width], which have the same layout in both. */
const isTable = (name: string) => TABLES.includes(name)
const TABLES = ['class_embedding.weight', 'token_embedding.weight', 'token_positions.weight']

/** Transposes `tensor` to the order of `axes`, if given. */
function permute(tensor: StoredTensor, axes: readonly number[] | undefined): StoredTensor {
  if (!axes) return tensor
  const shape = axes.map((axis) => tensor.shape[axis])
  const steps = axes.map((axis) =>
    tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1),
  )
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
