// Linear layers that share a small input, such as the time embedding of all blocks, with the SiLU
// before them.
import { activeBackend } from '../base/backend.ts'
import type { Parameters } from '../base/layerTypes.ts'
import type { Tensor2D } from '../base/tf.ts'
import { isTapeOn } from '../training/differentiate.ts'
import { silu } from './activations.ts'
import { linear } from './linear.ts'

/**
 * Computes x W + b for each layer, `[n, c]` with its own c, for x of `[n, d]` and W of `[d, c]`.
 */
export const projectAll = (x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] =>
  activeBackend().projections?.(x, layers) ??
  layers.map(({ weight, bias }) => linear(x, weight, bias))

/**
 * Computes silu(x) W + b for each layer, as {@link projectAll} of silu(x). Without gradients a backend
 * may compute both in one kernel.
 */
export const projectActivated = (
  x: Tensor2D,
  layers: readonly Parameters<Tensor2D>[],
): Tensor2D[] =>
  (isTapeOn() ? undefined : activeBackend().activatedProjections?.(x, layers)) ??
  projectOrApply(silu(x) as Tensor2D, layers)

/** A single layer is a product of matrices, as it is without the SiLU. */
const projectOrApply = (x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] =>
  layers.length === 1 ? [linear(x, layers[0].weight, layers[0].bias)] : projectAll(x, layers)
