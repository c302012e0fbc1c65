// Linear layers that share a small input, such as the time embedding of all blocks, with the SiLU
// before them.
import { activeBackend } from '../base/backend.ts'
import type { Parameters } from '../base/layerTypes.ts'
import type { Tensor2D } from '../base/tf.ts'
import { isTapeOn } from '../gradients/differentiate.ts'
import { silu } from './activations.ts'
import { linear } from './linear.ts'

/**
 * Computes x W + b for each layer, `[n, c]` with its own c, for x of `[n, d]` and W of `[d, c]`.
 */
export const projectAll = (x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] =>
  activeBackend().projections?.(x, layers) ??
  layers.map(({ weight, bias }) => linear(x, weight, bias))

/** More rows than this are a product of matrices, which reads each weight less often. */
const FEW_ROWS = 16

/**
 * Computes silu(x) W + b for each layer, as {@link projectAll} of silu(x). Without gradients a backend
 * may compute both in one kernel; the bits are those with gradients.
 */
export function projectActivated(x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] {
  if (layers.length === 1 && x.shape[0] > FEW_ROWS) {
    const [{ weight, bias }] = layers
    return [linear(silu(x) as Tensor2D, weight, bias)]
  }
  return (
    (isTapeOn() ? undefined : activeBackend().activatedProjections?.(x, layers)) ??
    projectAll(silu(x) as Tensor2D, layers)
  )
}
