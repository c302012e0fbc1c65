// Optimizers, learning rates and averages of weights as Python.
import type { EmaConfig } from '../../engine/training/ema.ts'
import { getGamma } from '../../engine/training/ema.ts'
import type { LearningRateConfig } from '../../engine/training/learningRates.ts'
import { parseStepRules } from '../../engine/training/learningRates.ts'
import type { Algorithm, OptimizerConfig } from '../../engine/training/optimizers.ts'
import { pyCall, pyList, pyNumber, pyOption, pyBool } from './python.ts'

const classes: { [K in Algorithm]: string } = {
  adamw: 'AdamW',
  adam: 'Adam',
  radam: 'RAdam',
  nadam: 'NAdam',
  adamax: 'Adamax',
  rmsprop: 'RMSprop',
  adagrad: 'Adagrad',
  sgd: 'SGD',
}

/** The construction of an optimizer of `torch.optim`. */
export function optimizerCode(config: OptimizerConfig, model: string): string {
  const { algorithm, beta1, beta2, eps, weight_decay, amsgrad = false } = config
  const hasBetas = !['rmsprop', 'adagrad', 'sgd'].includes(algorithm)
  const decays = algorithm === 'adamw' ? 0.01 : 0
  return pyCall(
    `torch.optim.${classes[algorithm]}`,
    `${model}.parameters()`,
    `lr=${pyNumber(config.lr)}`,
    hasBetas && (beta1 !== 0.9 || beta2 !== 0.999)
      ? `betas=(${pyNumber(beta1)}, ${pyNumber(beta2)})`
      : undefined,
    algorithm === 'sgd'
      ? undefined
      : pyOption('eps', eps, algorithm === 'adagrad' ? 1e-10 : 1e-8, pyNumber),
    pyOption('weight_decay', weight_decay, decays, pyNumber),
    pyOption('amsgrad', amsgrad, false, pyBool),
    algorithm === 'nadam'
      ? pyOption('momentum_decay', config.momentum_decay ?? 0.004, 0.004, pyNumber)
      : undefined,
    algorithm === 'rmsprop' ? pyOption('alpha', config.alpha ?? 0.99, 0.99, pyNumber) : undefined,
    algorithm === 'sgd' ? pyOption('momentum', config.momentum ?? 0, 0, pyNumber) : undefined,
    algorithm === 'sgd' ? pyOption('nesterov', config.nesterov ?? false, false, pyBool) : undefined,
  )
}

type Rate = (config: LearningRateConfig, step: string, progress: string) => string

const warmUpFactor = ({ warmup = 0 }: LearningRateConfig, step: string) =>
  warmup > 0 ? `(1 - ${pyNumber(warmup)} ** (${step} + 1)) * ` : ''

const atLeast = (least: number, code: string) =>
  least > 0 ? `max(${pyNumber(least)}, ${code})` : code

const rates: { [K in LearningRateConfig['lr_schedule']]: Rate } = {
  constant: ({ lr }) => pyNumber(lr),
  linear: ({ lr }, _, progress) => `${pyNumber(lr)} * (1 - ${progress})`,
  cosine: ({ lr }, _, progress) => `${pyNumber(lr)} * 0.5 * (1 + math.cos(math.pi * ${progress}))`,
  cosine_with_restarts: ({ lr, num_cycles = 1 }, _, progress) =>
    `${pyNumber(lr)} * 0.5 * (1 + math.cos(math.pi * (${num_cycles} * ${progress} % 1)))`,
  polynomial: ({ lr, lr_end = 1e-7, power = 1 }, _, progress) =>
    `${pyNumber(lr_end)} + ${pyNumber(lr - lr_end)} * (1 - ${progress}) ** ${pyNumber(power)}`,
  piecewise_constant: ({ lr, step_rules = '1' }, step) => {
    const { factors, until } = parseStepRules(step_rules)
    return `${pyNumber(lr)} * ${pyList(factors)}[sum(${step} >= end for end in ${pyList(until)})]`
  },
  inverse_sqrt: ({ lr, ref_steps = 1000 }, step) =>
    `${pyNumber(lr)} / math.sqrt(max(1, ${step} / ${ref_steps}))`,
  inverse: (config, step) => {
    const { lr, inv_gamma = 1, power = 1, min_lr = 0 } = config
    const rate = `${pyNumber(lr)} * (1 + ${step} / ${pyNumber(inv_gamma)}) ** -${pyNumber(power)}`
    return warmUpFactor(config, step) + atLeast(min_lr, rate)
  },
  exponential: (config, step) => {
    const { lr, decay = 0.5, num_steps = 1000, min_lr = 0 } = config
    const rate = `${pyNumber(lr)} * ${pyNumber(decay)} ** (${step} / ${num_steps})`
    return warmUpFactor(config, step) + atLeast(min_lr, rate)
  },
}

/** The learning rate of update `step`, counted from 0, of `total`, as in `learningRate`. */
export function learningRateCode(config: LearningRateConfig, step: string, total: string): string {
  const { warmup_steps: warmup, lr_schedule } = config
  const plain = step.includes(' ') ? `(${step})` : step
  const progress =
    warmup > 0
      ? `max(0, ${plain} - ${warmup}) / max(1, ${total} - ${warmup})`
      : `${plain} / ${total}`
  const rate = rates[lr_schedule](config, plain, progress)
  if (warmup === 0) return rate
  const factor = `min(1, ${plain} / ${warmup})`
  return / \+ (?![^(]*\))/.test(
    rate.replaceAll(/\((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))*\)/g, ''),
  ) || rate.startsWith('max')
    ? `(${rate}) * ${factor}`
    : `${rate} * ${factor}`
}

/** The decay of an average at update `step`, counted from 0, as in `emaDecay`. */
export function averageDecay(config: EmaConfig, step: string): string {
  const at = step.includes(' ') ? `(${step})` : step
  switch (config.kind) {
    case 'constant':
      return pyNumber(config.decay)
    case 'half_life': {
      const { half_life, ema_rampup_ratio: ratio } = config
      if (ratio === 0) return `0.5 ** (1 / ${pyNumber(half_life)})`
      return `0.5 ** (1 / min(${pyNumber(half_life)}, ${at} * ${pyNumber(ratio)})) if ${at} else 0`
    }
    case 'power_function':
      return `(${at} / (${at} + 1)) ** ${pyNumber(getGamma(config.sigma_rel) + 1)}`
    default: {
      const { decay, min_decay, inv_gamma, power, update_after_step: after } = config
      if (min_decay === decay && config.kind === 'k_diffusion') return pyNumber(decay)
      const k = after > 0 ? `max(0, ${at} - ${after})` : at
      const grows = config.kind === 'k_diffusion' || config.use_ema_warmup
      const share = inv_gamma === 1 ? k : `${k} / ${pyNumber(inv_gamma)}`
      const grown = grows ? `1 - (1 + ${share}) ** -${pyNumber(power)}` : `(1 + ${k}) / (10 + ${k})`
      const limited = `min(${pyNumber(decay)}, ${grown})`
      const bounded = min_decay > 0 ? `max(${pyNumber(min_decay)}, ${limited})` : limited
      const copies = config.kind === 'diffusers' && (min_decay > 0 || !grows)
      return copies ? `${bounded} if ${k} else 0` : bounded
    }
  }
}
