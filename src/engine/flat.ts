// All weights as one vector: an optimizer then takes a dozen operations a step instead of a dozen for every weight.
import type { Tensor, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'

/** The elements of all tensors, one after the other. */
export const flatten = (tensors: readonly Tensor[]): Tensor1D => tf.concat1d(tensors.map((tensor) => tensor.as1D()))

/** The inverse of {@link flatten}, with the shapes of `like`. */
export function unflatten(flat: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const pieces = tf.split(
    flat,
    like.map((tensor) => tensor.size),
  )
  return pieces.map((piece, i) => piece.reshape(like[i]!.shape))
}
