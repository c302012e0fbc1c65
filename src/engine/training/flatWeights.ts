// Flattening of all weights into one vector, so that an optimizer needs a dozen operations or one
// kernel per step instead of per weight.
//
// Some backends align the tensors in a vector, with zeros in the gaps, so that kernels can bind
// them. The weights are then views into the vector, and no step splits or concatenates them. Other
// backends have no gaps. States may come from files or from another backend: the length of a vector
// identifies its layout.
import type { VectorLayout } from '../base/backend.ts'
import { activeBackend } from '../base/backend.ts'
import { runTidied } from '../base/memory.ts'
import type { Tensor, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Supported alignments, in elements. */
const ALIGNMENTS = [1, 64]

function layoutAt(sizes: readonly number[], alignment: number): VectorLayout {
  let size = 0
  const offsets = sizes.map((count) => {
    const offset = size
    size += Math.ceil(count / alignment) * alignment
    return offset
  })
  return { offsets, size }
}

const tensorSizes = (tensors: readonly Tensor[]) => tensors.map(({ size }) => size)

/** The last layout: every step of a training asks for the same one several times. */
let lastLayout: { sizes: number[]; alignment: number; layout: VectorLayout } | undefined

/** The layout of {@link flatten} on the current backend. */
export function currentLayout(tensors: readonly Tensor[]): VectorLayout {
  const alignment = activeBackend().vectorAlignment ?? 1
  const isLast =
    lastLayout?.alignment === alignment &&
    lastLayout.sizes.length === tensors.length &&
    lastLayout.sizes.every((size, i) => size === tensors[i].size)
  if (lastLayout && isLast) return lastLayout.layout
  const sizes = tensorSizes(tensors)
  lastLayout = { sizes, alignment, layout: layoutAt(sizes, alignment) }
  return lastLayout.layout
}

/** The layout of a vector of these tensors. Throws Error if its length does not fit them. */
export function vectorLayout(vector: Tensor1D, like: readonly Tensor[]): VectorLayout {
  const found = ALIGNMENTS.map((alignment) => layoutAt(tensorSizes(like), alignment)).find(
    ({ size }) => size === vector.size,
  )
  if (!found)
    throw new Error(
      `Expected the elements of ${like.length} tensors, got a vector of ${vector.size}.`,
    )
  return found
}

/** The elements of all tensors in one vector. Returns that vector if they are views into one. */
export const flatten = (tensors: readonly Tensor[]): Tensor1D =>
  activeBackend().flatten?.(tensors, currentLayout(tensors)) ??
  tf.concat1d(tensors.map((tensor) => tensor.as1D()))

/**
 * The inverse of {@link flatten}, with the shapes of `like`; views if the backend supports them.
 */
export function unflatten(vector: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const here = currentLayout(like)
  const { unflatten: split, relayout } = activeBackend()
  if (split && (relayout || vector.size === here.size))
    return runTidied(() => split(toCurrentLayout(vector, like), like, here))
  const { offsets } = vectorLayout(vector, like)
  const sizes = tensorSizes(like)
  const parts =
    vector.size === here.size
      ? tf.split(vector, sizes)
      : sizes.map((size, i) => vector.slice(offsets[i], size))
  return parts.map((part, i) => part.reshape(like[i].shape))
}

/** Converts a vector to the layout of {@link flatten} on the current backend, if it differs. */
export function toCurrentLayout(vector: Tensor1D, like: readonly Tensor[]): Tensor1D {
  const here = currentLayout(like)
  if (vector.size === here.size) return vector
  const { relayout } = activeBackend()
  return relayout
    ? relayout(vector, tensorSizes(like), vectorLayout(vector, like), here)
    : runTidied(() => flatten(unflatten(vector, like)))
}

/** The elements of all tensors, concatenated without gaps. */
export const concatenate = (tensors: readonly Tensor[]): Tensor1D =>
  activeBackend().concat?.(tensors) ?? flatten(tensors)

/** New tensors with the same numbers. Copies the data only to make them views into a vector. */
export const cloneTensors = (tensors: readonly Tensor[]): Tensor[] =>
  (activeBackend().vectorAlignment ?? 1) > 1
    ? unflatten(flatten(tensors), tensors)
    : tensors.map((tensor) => tensor.clone())
