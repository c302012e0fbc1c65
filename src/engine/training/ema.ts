// Decay of moving averages of weights, which sample better than the weights of a single step. Uses
// no device.

/** Configuration of a moving average. */
export type EmaConfig = GrowingEma | ConstantEma | HalfLifeEma | PowerFunctionEma

/** A decay that grows with the steps: EMAModel of diffusers, EMAWarmup of k-diffusion. */
export interface GrowingEma {
  kind: 'diffusers' | 'k_diffusion'
  /** Final decay; `max_value` of k-diffusion. */
  decay: number
  /** First decay; `min_value` of k-diffusion. Constant if equal to `decay`. */
  min_decay: number
  /** Until this step diffusers copies the weights, and k-diffusion uses min_decay (`start_at`). */
  update_after_step: number
  /**
   * diffusers: grows as 1 - (1 + k / inv_gamma)^-power, as always in k-diffusion, instead of
   * (1 + k) / (10 + k).
   */
  use_ema_warmup: boolean
  inv_gamma: number
  power: number
}

/** A constant decay from the initial weights, as in guided-diffusion. */
export interface ConstantEma {
  kind: 'constant'
  decay: number
}

/** Karras et al. 2022 (EDM). */
export interface HalfLifeEma {
  kind: 'half_life'
  /** Steps after which the contribution of a step to the average is halved. */
  half_life: number
  /**
   * The half-life is at most this fraction of the completed steps; 0: constant from the first step.
   */
  ema_rampup_ratio: number
}

/** Karras et al. 2024 (EDM2), section 3.1: the contribution of step τ is proportional to τ^γ. */
export interface PowerFunctionEma {
  kind: 'power_function'
  /** Width of the profile τ^γ, relative to the length of the training. */
  sigma_rel: number
  /** Maximum number of snapshots of the average, for a post-hoc average; 0: none. */
  snapshots: number
}

/** The decay of update number `update`, counted from 1; 0 copies the weights. */
export function emaDecay(config: EmaConfig, update: number): number {
  switch (config.kind) {
    case 'diffusers':
      return growingDecay(config, update)
    case 'k_diffusion':
      return Math.max(config.min_decay, Math.min(config.decay, getWarmupDecay(config, update - 1)))
    case 'constant':
      return config.decay
    case 'half_life':
      return halfLifeDecay(config, update - 1)
    case 'power_function':
      return (1 - 1 / update) ** (getGamma(config.sigma_rel) + 1)
    default:
      return config satisfies never
  }
}

/** `EMAModel.get_decay`: the first update copies the weights. */
function growingDecay(config: GrowingEma, update: number): number {
  const k = Math.max(0, update - config.update_after_step - 1)
  if (k === 0) return 0
  const grown = config.use_ema_warmup ? getWarmupDecay(config, update - 1) : (1 + k) / (10 + k)
  return Math.max(config.min_decay, Math.min(config.decay, grown))
}

/** 1 - (1 + k / inv_gamma)^-power with k updates since update_after_step, of `made` in total. */
const getWarmupDecay = ({ inv_gamma, power, update_after_step }: GrowingEma, made: number) =>
  1 - (1 + Math.max(0, made - update_after_step) / inv_gamma) ** -power

function halfLifeDecay({ half_life, ema_rampup_ratio }: HalfLifeEma, made: number): number {
  const steps = ema_rampup_ratio > 0 ? Math.min(half_life, made * ema_rampup_ratio) : half_life
  return 0.5 ** (1 / steps)
}

/** Maximum width of an increasing profile. γ = 0, where all steps contribute equally, has 0.289. */
export const WIDEST = 0.28

/**
 * γ of the power function with the relative standard deviation `sigma_rel` in (0, {@link WIDEST}]:
 * the largest root of (γ + 2)² (γ + 3) sigma_rel² = γ + 1. Karras et al. 2024, appendix C.
 */
export function getGamma(sigma_rel: number): number {
  const squared = sigma_rel ** -2
  // The cubic is convex above its largest root: Newton's method decreases to the root from there
  // and
  // never passes it.
  let gamma = 1 / sigma_rel
  for (;;) {
    const value = ((gamma + 7) * gamma + (16 - squared)) * gamma + (12 - squared)
    const slope = (3 * gamma + 14) * gamma + (16 - squared)
    const next = gamma - value / slope
    if (!(next < gamma)) return gamma
    gamma = next
  }
}
