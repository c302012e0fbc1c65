// Averages of the weights over the steps of a training, which sample better than the weights of any one step: how they follow
// them. Uses no device.

/** How the average follows the weights. */
export type EmaConfig = GrowingEma | ConstantEma | HalfLifeEma | PowerFunctionEma

/** The decay grows from step to step: EMAModel of diffusers, EMAWarmup of k-diffusion. */
export interface GrowingEma {
  kind: 'diffusers' | 'k_diffusion'
  /** What the decay grows to; `max_value` of k-diffusion. */
  decay: number
  /** What the decay starts from; equal to `decay`, it is constant. `min_value` of k-diffusion. */
  min_decay: number
  /** Until then diffusers copies the weights, and k-diffusion keeps to min_decay; `start_at` of k-diffusion. */
  update_after_step: number
  /** diffusers: growth as 1 - (1 + k / inv_gamma)^-power, as k-diffusion always has it; otherwise as (1 + k) / (10 + k). */
  use_ema_warmup: boolean
  inv_gamma: number
  power: number
}

/** From the first weights on, as the trainings of guided-diffusion. */
export interface ConstantEma {
  kind: 'constant'
  decay: number
}

/** Karras et al. 2022 (EDM). */
export interface HalfLifeEma {
  kind: 'half_life'
  /** Steps after which the share of a step's weights in the average has halved. */
  half_life: number
  /** The half-life is at most this share of the steps made; 0: it is the same from the first step. */
  ema_rampup_ratio: number
}

/** Karras et al. 2024 (EDM2), section 3.1: step τ of t has a share in proportion to τ^γ, whatever t. */
export interface PowerFunctionEma {
  kind: 'power_function'
  /** The width of the profile τ^γ, as a share of the training. */
  sigma_rel: number
  /** At most so many of the averages on the way are kept, for a post-hoc one; 0: none. */
  snapshots: number
}

/** The decay of the update number `update`, from 1; 0 copies the weights. */
export function emaDecay(config: EmaConfig, update: number): number {
  switch (config.kind) {
    case 'diffusers':
      return growingDecay(config, update)
    case 'k_diffusion':
      return Math.max(config.min_decay, Math.min(config.decay, warmedUp(config, update - 1)))
    case 'constant':
      return config.decay
    case 'half_life':
      return halfLifeDecay(config, update - 1)
    case 'power_function':
      return (1 - 1 / update) ** (gammaOf(config.sigma_rel) + 1)
    default:
      return config satisfies never
  }
}

/** `EMAModel.get_decay`: the first update copies the weights. */
function growingDecay(config: GrowingEma, update: number): number {
  const k = Math.max(0, update - config.update_after_step - 1)
  if (k === 0) return 0
  const grown = config.use_ema_warmup ? warmedUp(config, update - 1) : (1 + k) / (10 + k)
  return Math.max(config.min_decay, Math.min(config.decay, grown))
}

/** 1 - (1 + k / inv_gamma)^-power, k steps after update_after_step; `made`: updates before this one. */
const warmedUp = ({ inv_gamma, power, update_after_step }: GrowingEma, made: number) =>
  1 - (1 + Math.max(0, made - update_after_step) / inv_gamma) ** -power

function halfLifeDecay({ half_life, ema_rampup_ratio }: HalfLifeEma, made: number): number {
  const steps = ema_rampup_ratio > 0 ? Math.min(half_life, made * ema_rampup_ratio) : half_life
  return 0.5 ** (1 / steps)
}

/** The largest width that a profile which rises to its end can have: that of γ = 0, all steps alike, is 0.289. */
export const WIDEST = 0.28

/**
 * γ of the power function with the relative standard deviation sigma_rel, in (0, {@link WIDEST}]: the largest root of
 * (γ + 2)² (γ + 3) sigma_rel² = γ + 1. Karras et al. 2024, appendix C.
 */
export function gammaOf(sigma_rel: number): number {
  const squared = sigma_rel ** -2
  // From above the largest root, where the cubic is convex, Newton's steps fall to it and never past it.
  let gamma = 1 / sigma_rel
  for (;;) {
    const value = ((gamma + 7) * gamma + (16 - squared)) * gamma + (12 - squared)
    const slope = (3 * gamma + 14) * gamma + (16 - squared)
    const next = gamma - value / slope
    if (!(next < gamma)) return gamma
    gamma = next
  }
}
