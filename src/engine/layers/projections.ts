// Linear layers that share a small input, such as the time embedding of all blocks.
import { activeBackend } from '../base/backend.ts'
import type { Parameters } from '../base/layerTypes.ts'
import type { Tensor2D } from '../base/tf.ts'
import { linear } from './linear.ts'

/**
 * Computes x W + b for each layer, `[n, c]` with its own c, for x of `[n, d]` and W of `[d, c]`.
 */
export const projectAll = (x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] =>
  activeBackend().projections?.(x, layers) ??
  layers.map(({ weight, bias }) => linear(x, weight, bias))
