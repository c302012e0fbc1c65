// The exponential moving average of the weights, which samples better than the weights themselves; as diffusers' EMAModel.
import type { Tensor1D } from './tf.ts'

export interface EmaConfig {
  /** What the decay grows to. */
  decay: number
  /** What the decay starts from; equal to `decay`, it is constant. */
  min_decay: number
  /** Until then the average is a copy of the weights. */
  update_after_step: number
  /** Growth as 1 - (1 + k / inv_gamma)^-power; otherwise as (1 + k) / (10 + k). */
  use_ema_warmup: boolean
  inv_gamma: number
  power: number
}

/** The decay of the update number `update`, from 1: the first copies the weights. `EMAModel.get_decay`. */
export function emaDecay(config: EmaConfig, update: number): number {
  const k = Math.max(0, update - config.update_after_step - 1)
  if (k === 0) return 0
  const grown = config.use_ema_warmup ? 1 - (1 + k / config.inv_gamma) ** -config.power : (1 + k) / (10 + k)
  return Math.max(config.min_decay, Math.min(config.decay, grown))
}

/** shadow - (1 - decay) (shadow - weights), for the update number `update`, from 1. */
export function emaUpdate(config: EmaConfig, shadow: Tensor1D, weights: Tensor1D, update: number): Tensor1D {
  const decay = emaDecay(config, update)
  return decay === 0 ? weights : (shadow.sub(shadow.sub(weights).mul(1 - decay)) as Tensor1D)
}
