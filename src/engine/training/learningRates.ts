// Learning rate schedules of diffusers, k-diffusion and EDM2.
import { EngineError } from '../base/errors.ts'
import { trainingMessages } from '../messages/training.ts'

export interface LearningRateConfig {
  /** The learning rate after the warm-up. */
  lr: number
  lr_schedule: LrSchedule
  /** Steps over which the learning rate increases from 0. */
  warmup_steps: number
  /** cosine_with_restarts: number of cycles; default 1. */
  num_cycles?: number
  /** polynomial and inverse: exponent of the decay; default 1. */
  power?: number
  /** polynomial: final learning rate; default 1e-7. */
  lr_end?: number
  /** piecewise_constant: see {@link parseStepRules}. */
  step_rules?: string
  /** inverse_sqrt: steps before the decay begins; default 1000. */
  ref_steps?: number
  /** inverse: steps after which the factor is 2^-power; default 1. */
  inv_gamma?: number
  /** exponential: factor per num_steps steps; default 0.5. */
  decay?: number
  num_steps?: number
  /**
   * inverse and exponential: an additional warm-up factor 1 - warmup^(step + 1); default 0, no
   * warm-up.
   */
  warmup?: number
  /** inverse and exponential: lower bound, not applied to the warm-up; default 0. */
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

/** True if the learning rates of a schedule depend on the total number of steps. */
export const endsWithTraining = (schedule: LrSchedule): boolean =>
  ['linear', 'cosine', 'cosine_with_restarts', 'polynomial'].includes(schedule)

/**
 * Learning rates without the warm-up. `progress` is 0 at the end of the warm-up and 1 after the
 * last step.
 */
const schedules: {
  [K in LrSchedule]: (config: LearningRateConfig, step: number, progress: number) => number
} = {
  constant: ({ lr }) => lr,
  linear: ({ lr }, _, progress) => lr * Math.max(0, 1 - progress),
  cosine: ({ lr }, _, progress) => lr * halfCosine(progress),
  cosine_with_restarts: ({ lr, num_cycles = 1 }, _, progress) =>
    progress >= 1 ? 0 : lr * halfCosine((num_cycles * progress) % 1),
  polynomial: ({ lr, lr_end = 1e-7, power = 1 }, _, progress) =>
    lr_end + (lr - lr_end) * Math.max(0, 1 - progress) ** power,
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

const exponentialWarmup = ({ warmup = 0 }: LearningRateConfig, step: number) =>
  1 - warmup ** (step + 1)

/**
 * The learning rate of step `step` (counted from 0) of `total`. The first step of a warm-up has 0.
 * - constant to piecewise_constant: `get_scheduler` of diffusers.
 * - inverse_sqrt: Karras et al. 2024 (EDM2); with ref_steps = warmup_steps the same as Vaswani et
 *   al. 2017, eq. 3.
 * - inverse, exponential: InverseLR and ExponentialLR of k-diffusion.
 */
export function learningRate(config: LearningRateConfig, step: number, total: number): number {
  const { warmup_steps: warmup, lr_schedule } = config
  const progress = Math.max(0, step - warmup) / Math.max(1, total - warmup)
  const after = schedules[lr_schedule](config, step, progress)
  return step < warmup ? (after * step) / warmup : after
}

export interface StepRules {
  factors: number[]
  /** The step at which each factor ends, except the last. */
  until: number[]
}

/** Limit on untrusted texts, which are parsed again in every step. */
const MOST_CHARACTERS = 1000

/**
 * Parses factors of the learning rate in the syntax of diffusers: "1:10,0.1:20,0.01" is 1 for ten
 * steps, 0.1 for another ten, and then 0.01. Throws EngineError for any other syntax.
 */
export function parseStepRules(rules: string): StepRules {
  if (rules.length > MOST_CHARACTERS)
    throw new EngineError(trainingMessages.stepRules, {
      argument: 'step_rules',
      rules: `${rules.slice(0, 40)}…`,
    })
  const parts = rules.split(',').map((part) => part.trim().split(':'))
  const last = parts.length - 1
  const factors = parts.map(([factor]) => numberIn(factor))
  const until = parts.slice(0, -1).map(([, end]) => numberIn(end))
  const sound =
    parts.every((part, i) => part.length === (i < last ? 2 : 1)) &&
    factors.every((factor) => factor >= 0) &&
    until.every((end, i) => Number.isInteger(end) && end > (until[i - 1] ?? 0))
  if (sound) return { factors, until }
  throw new EngineError(trainingMessages.stepRules, { argument: 'step_rules', rules })
}

const numberIn = (text = '') => (/^[\d.eE+-]+$/.test(text.trim()) ? Number(text) : NaN)

/** Throws EngineError for invalid rules, and for a final learning rate above the first. */
export function checkLearningRate({
  lr,
  lr_schedule,
  lr_end = 1e-7,
  step_rules = '1',
  min_lr = 0,
}: LearningRateConfig) {
  if (lr_schedule === 'piecewise_constant') parseStepRules(step_rules)
  const falls = {
    polynomial: ['lr_end', lr_end],
    inverse: ['min_lr', min_lr],
    exponential: ['min_lr', min_lr],
  } as const
  const [argument, least] = falls[lr_schedule as keyof typeof falls] ?? ['', 0]
  if (lr >= least) return
  throw new EngineError(trainingMessages.risingRate, { argument, lr, value: least })
}
