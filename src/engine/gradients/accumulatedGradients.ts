// Facts about the gradients that an operation computes in a backward pass, for kernels that fuse.
// - The gradient of a tensor that several operations read is the sum of their gradients. A kernel that
//   computes one of them can add the sum of the earlier ones as it writes, without a pass for the sum.
// - Which gradients are wanted at all: one kernel can compute several.
import type { Tensor } from '../base/tf.ts'

/** Gradients so far, by the ids of the tensors, and the ids of those that were claimed. */
interface Offer {
  /** The ids of the inputs whose gradients are computed. */
  wanted: ReadonlySet<number>
  sums: ReadonlyMap<number, Tensor>
  claimed: Set<number>
}

let current: Offer | undefined

/**
 * Offers the gradients so far of the inputs of an operation while `compute` computes the rest, of
 * the `wanted` inputs. Returns its result and the ids of the inputs whose gradients include the sums so far.
 */
export function offerAccumulatedGradients<Result>(
  wanted: ReadonlySet<number>,
  sums: ReadonlyMap<number, Tensor>,
  compute: () => Result,
): { result: Result; claimed: ReadonlySet<number> } {
  const around = current
  const offer: Offer = { wanted, sums, claimed: new Set() }
  current = offer
  try {
    return { result: compute(), claimed: offer.claimed }
  } finally {
    current = around
  }
}

/**
 * Returns whether the gradient of this input is certain to be computed, of the operation whose
 * gradients are computed.
 */
export const isGradientWanted = ({ id }: Tensor): boolean => current?.wanted.has(id) ?? false

/**
 * Returns the gradient so far of an input of the operation whose gradients are computed, if there is
 * one. The caller has to add it to the gradient of that input, and must not dispose it.
 */
export function claimAccumulatedGradient({ id }: Tensor): Tensor | undefined {
  const sum = current?.sums.get(id)
  if (!current || !sum || current.claimed.has(id)) return undefined
  current.claimed.add(id)
  return sum
}
