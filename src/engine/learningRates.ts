// How long the steps of an optimizer are, from the first to the last: as diffusers, k-diffusion and EDM2 have it.
import { NodeError } from './plan/fault.ts'

export interface LearningRateConfig {
  /** The learning rate after the warm-up. */
  lr: number
  lr_schedule: LrSchedule
  /** Steps over which the learning rate grows from 0. */
  warmup_steps: number
  /** cosine_with_restarts: how often it falls to 0; default 1. */
  num_cycles?: number
  /** polynomial: how the way down is bent; inverse: how fast it falls; default 1. */
  power?: number
  /** polynomial: what it ends at; default 1e-7. */
  lr_end?: number
  /** piecewise_constant: see {@link parseStepRules}. */
  step_rules?: string
  /** inverse_sqrt: the steps after which it begins to fall; default 1000. */
  ref_steps?: number
  /** inverse: the steps after which it has fallen to 2^-power; default 1. */
  inv_gamma?: number
  /** exponential: what is left of it after num_steps; default 0.5. */
  decay?: number
  num_steps?: number
  /** inverse and exponential: the warm-up is 1 - warmup^(step + 1), beside that of warmup_steps; default 0, none. */
  warmup?: number
  /** inverse and exponential: it falls no further, but for the warm-up; default 0. */
  min_lr?: number
}

export type LrSchedule =
  | 'constant'
  | 'linear'
  | 'cosine'
  | 'cosine_with_restarts'
  | 'polynomial'
  | 'piecewise_constant'
  | 'inverse_sqrt'
  | 'inverse'
  | 'exponential'

/** Those that have come down at the last step, so that each learning rate depends on how many steps there will be. */
export const endsWithTraining = (schedule: LrSchedule): boolean =>
  ['linear', 'cosine', 'cosine_with_restarts', 'polynomial'].includes(schedule)

/** The learning rate without the warm-up, at `step` and by the progress (from 0) from the end of the warm-up to the last step. */
const schedules: { [K in LrSchedule]: (config: LearningRateConfig, step: number, progress: number) => number } = {
  constant: ({ lr }) => lr,
  linear: ({ lr }, _, progress) => lr * Math.max(0, 1 - progress),
  cosine: ({ lr }, _, progress) => lr * halfCosine(progress),
  cosine_with_restarts: ({ lr, num_cycles = 1 }, _, progress) =>
    progress >= 1 ? 0 : lr * halfCosine((num_cycles * progress) % 1),
  polynomial: ({ lr, lr_end = 1e-7, power = 1 }, _, progress) => lr_end + (lr - lr_end) * Math.max(0, 1 - progress) ** power,
  piecewise_constant: ({ lr, step_rules = '1' }, step) => {
    const { factors, until } = parseStepRules(step_rules)
    const piece = until.findIndex((end) => step < end)
    return lr * factors.at(piece)!
  },
  inverse_sqrt: ({ lr, ref_steps = 1000 }, step) => lr / Math.sqrt(Math.max(step / ref_steps, 1)),
  inverse: (config, step) => {
    const { lr, inv_gamma = 1, power = 1, min_lr = 0 } = config
    return exponentialWarmup(config, step) * Math.max(min_lr, lr * (1 + step / inv_gamma) ** -power)
  },
  exponential: (config, step) => {
    const { lr, decay = 0.5, num_steps = 1000, min_lr = 0 } = config
    return exponentialWarmup(config, step) * Math.max(min_lr, lr * decay ** (step / num_steps))
  },
}

const halfCosine = (progress: number) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)))

const exponentialWarmup = ({ warmup = 0 }: LearningRateConfig, step: number) => 1 - warmup ** (step + 1)

/**
 * The learning rate of the step `step` (from 0) of `total`. The first step of a warm-up has 0. constant to piecewise_constant as
 * `get_scheduler` of diffusers; inverse_sqrt as Karras et al. 2024 (EDM2), which with ref_steps = warmup_steps is
 * that of Vaswani et al. 2017, eq. 3; inverse and exponential as InverseLR and ExponentialLR of k-diffusion.
 */
export function learningRate(config: LearningRateConfig, step: number, total: number): number {
  const { warmup_steps: warmup, lr_schedule } = config
  const progress = Math.max(0, step - warmup) / Math.max(1, total - warmup)
  const after = schedules[lr_schedule](config, step, progress)
  return step < warmup ? (after * step) / warmup : after
}

export interface StepRules {
  factors: number[]
  /** Where each factor but the last one ends. */
  until: number[]
}

/**
 * What multiplies the learning rate, and until which step: "1:10,0.1:20,0.01" is 1 for ten steps, 0.1 for ten more, 0.01 from then
 * on, as in diffusers. Throws NodeError for what cannot be read so.
 */
export function parseStepRules(rules: string): StepRules {
  const parts = rules.split(',').map((part) => part.trim().split(':'))
  const last = parts.length - 1
  const factors = parts.map(([factor]) => numberIn(factor))
  const until = parts.slice(0, -1).map(([, end]) => numberIn(end))
  const sound =
    parts.every((part, i) => part.length === (i < last ? 2 : 1)) &&
    factors.every((factor) => factor >= 0) &&
    until.every((end, i) => Number.isInteger(end) && end > (until[i - 1] ?? 0))
  if (sound) return { factors, until }
  throw new NodeError({
    param: 'step_rules',
    message: `Expected factors of the learning rate, each but the last with the step it ends at, got "${rules}".`,
    cure: 'Write it as 1:1000,0.1:2000,0.01, with steps that rise.',
  })
}

const numberIn = (text = '') => (/^[\d.eE+-]+$/.test(text.trim()) ? Number(text) : NaN)

/**
 * Throws NodeError for a config that would not do what it says: rules that cannot be read, or an end above the beginning.
 */
export function checkLearningRate({ lr, lr_schedule, lr_end = 1e-7, step_rules = '1', min_lr = 0 }: LearningRateConfig) {
  if (lr_schedule === 'piecewise_constant') parseStepRules(step_rules)
  const falls = { polynomial: ['lr_end', lr_end], inverse: ['min_lr', min_lr], exponential: ['min_lr', min_lr] } as const
  const [param, least] = falls[lr_schedule as keyof typeof falls] ?? ['', 0]
  if (lr >= least) return
  throw new NodeError({
    param,
    message: `${param} is ${least}, which is above lr, ${lr}: the learning rate would not fall but rise.`,
    cure: `Lower ${param}, or raise lr.`,
  })
}
