// PyTorch keeps linear layers as [out, in] and convolutions as [out, in, height, width]; this engine has [in, out] and
// [height, width, in, out].
import type { StoredTensor } from './safetensors.ts'

/** From this engine's layout to PyTorch's. */
export const toTorch = (name: string, tensor: StoredTensor): StoredTensor =>
  isTable(name) ? tensor : permuted(tensor, { 2: [1, 0], 4: [3, 2, 0, 1] }[tensor.shape.length])

/** From PyTorch's layout to this engine's. */
export const fromTorch = (name: string, tensor: StoredTensor): StoredTensor =>
  isTable(name) ? tensor : permuted(tensor, { 2: [1, 0], 4: [2, 3, 1, 0] }[tensor.shape.length])

/** A table of embeddings, [count, width], is a matrix and the same in both. */
const isTable = (name: string) => TABLES.includes(name)
const TABLES = ['class_embedding.weight', 'token_embedding.weight', 'token_positions.weight']

/** The axes of `tensor` in the order of `axes`; without, the tensor itself. */
function permuted(tensor: StoredTensor, axes: readonly number[] | undefined): StoredTensor {
  if (!axes) return tensor
  const shape = axes.map((axis) => tensor.shape[axis]!)
  const steps = axes.map((axis) => tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const data = new Float32Array(tensor.data.length)
  let at = 0
  const fill = (axis: number, from: number) => {
    const [size, step] = [shape[axis]!, steps[axis]!]
    if (axis < axes.length - 1) for (let i = 0; i < size; i++) fill(axis + 1, from + i * step)
    else for (let i = 0; i < size; i++) data[at++] = tensor.data[from + i * step]!
  }
  fill(0, 0)
  return { shape, data }
}
