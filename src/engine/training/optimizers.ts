// Optimizers as in PyTorch, as pure functions of all weights in one vector.
import { activeBackend } from '../base/backend.ts'
import type { Scalar, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { LearningRateConfig } from './learningRates.ts'
import { learningRate } from './learningRates.ts'
import type { Moment } from './moments.ts'
import { captureKey, captureOrReplayAll } from '../base/captureOrReplay.ts'

export type Algorithm =
  | 'adamw'
  | 'adam'
  | 'radam'
  | 'nadam'
  | 'adamax'
  | 'rmsprop'
  | 'adagrad'
  | 'sgd'

export interface OptimizerConfig extends LearningRateConfig {
  algorithm: Algorithm
  /** Adam variants: decay of the average gradient. */
  beta1: number
  /** Adam variants: decay of the average square; adamax: of the magnitude. */
  beta2: number
  /** Added to the denominator of the step; not used by sgd. */
  eps: number
  /** adamw: decoupled weight decay, multiplied by lr. Others: L2 penalty added to the gradient. */
  weight_decay: number
  /** Maximum norm of the gradient of all weights together; 0 for no limit. */
  clip_norm: number
  /** adamw and adam: divide by the largest average square (Reddi et al. 2018); default false. */
  amsgrad?: boolean
  /** nadam: rate at which beta1 approaches its value; default 0.004. */
  momentum_decay?: number
  /** rmsprop: decay of the average square; default 0.99. */
  alpha?: number
  /** sgd: momentum factor; default 0. */
  momentum?: number
  /** sgd: Nesterov momentum; default false. */
  nesterov?: boolean
}

/** Optimizer state by name. Each vector has the layout of the flattened weights. */
export type Moments = { [K in Moment]?: Tensor1D }

/**
 * Numbers that change from step to step, by name. Tensors where a step is captured, since its
 * commands have all other numbers in them.
 */
type StepNumbers = Readonly<Record<string, number | Scalar>>

/** Input of an update, after clipping and the L2 penalty. */
interface UpdateInput {
  config: OptimizerConfig
  weights: Tensor1D
  g: Tensor1D
  moments: Moments
  numbers: StepNumbers
}

interface OptimizerResult {
  weights: Tensor1D
  moments: Moments
}

interface Rule {
  /** Names of its moments. */
  momentNames: (config: OptimizerConfig) => Moment[]
  /** The numbers of update `t`, counted from 1. Which there are determines what an update computes. */
  numbers: (config: OptimizerConfig, lr: number, t: number) => Record<string, number>
  update: (now: UpdateInput) => OptimizerResult
  /** The complete step by kernels of the backend; undefined if it has none. */
  fused?: (now: OptimizerInput) => OptimizerResult | undefined
}

/** Input of a step, with the original gradient. */
interface OptimizerInput {
  config: OptimizerConfig
  weights: Tensor1D
  gradient: Tensor1D
  moments: Moments
  lr: number
  /** Number of the update, counted from 1. */
  t: number
}

const onlyRate = (_: OptimizerConfig, lr: number) => ({ lr })

const adam: Rule = {
  momentNames: ({ amsgrad }) => (amsgrad ? ['first', 'second', 'largest'] : ['first', 'second']),
  numbers: ({ beta1, beta2 }, lr, t) => ({
    spread: 1 / Math.sqrt(1 - beta2 ** t),
    length: lr / (1 - beta1 ** t),
  }),
  update: ({ config: { beta1, beta2, eps, amsgrad }, weights, g, moments, numbers }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const largest = amsgrad ? tf.maximum<Tensor1D>(moments.largest!, second) : undefined
    const spread = (largest ?? second).sqrt().mul(numbers.spread).add(eps)
    const moved = weights.sub(first.div(spread).mul(numbers.length)) as Tensor1D
    return { weights: moved, moments: { first, second, ...(largest && { largest }) } }
  },
  fused: fusedAdam,
}

function fusedAdam({
  config,
  weights,
  gradient,
  moments,
  lr,
  t,
}: OptimizerInput): OptimizerResult | undefined {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm, amsgrad } = config
  const decoupled = algorithm === 'adamw'
  const made = activeBackend().adamStep?.({
    weights,
    gradient,
    first: moments.first!,
    second: moments.second!,
    ...(amsgrad && { largest: moments.largest! }),
    clipNorm: clip_norm,
    keep: decoupled ? 1 - lr * decay : 1,
    penalty: decoupled ? 0 : decay,
    beta1,
    beta2,
    eps,
    lr,
    t,
  })
  if (!made) return undefined
  const { weights: moved, ...after } = made
  return { weights: moved, moments: after }
}

/** Liu et al. 2020: uses only the momentum while the average square has too large a variance. */
const radam: Rule = {
  momentNames: () => ['first', 'second'],
  numbers({ beta1, beta2 }, lr, t): Record<string, number> {
    const length = lr / (1 - beta1 ** t)
    const most = 2 / (1 - beta2) - 1
    const rho = most - (2 * t * beta2 ** t) / (1 - beta2 ** t)
    if (rho <= 5) return { length }
    const rectified = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho))
    return { rectifiedLength: length * rectified * Math.sqrt(1 - beta2 ** t) }
  },
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, numbers }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const { length, rectifiedLength } = numbers
    const step =
      rectifiedLength === undefined
        ? first.mul(length)
        : first.div(second.sqrt().add(eps)).mul(rectifiedLength)
    return { weights: weights.sub(step) as Tensor1D, moments: { first, second } }
  },
}

/** Dozat 2016: Adam with Nesterov momentum. */
const nadam: Rule = {
  momentNames: () => ['first', 'second'],
  numbers({ beta1, beta2, momentum_decay = 0.004 }, lr, t) {
    const mu = (i: number) => beta1 * (1 - 0.5 * 0.96 ** (i * momentum_decay))
    const before = productUntil(mu, t)
    return {
      spread: 1 / (1 - beta2 ** t),
      ofGradient: (1 - mu(t)) / (1 - before),
      ofMomentum: mu(t + 1) / (1 - before * mu(t + 1)),
      lr,
    }
  },
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, numbers }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const spread = second.mul(numbers.spread).sqrt().add(eps)
    const step = g.mul(numbers.ofGradient).add(first.mul(numbers.ofMomentum)).div(spread)
    return { weights: weights.sub(step.mul(numbers.lr)) as Tensor1D, moments: { first, second } }
  },
}

/**
 * The product of factor(1) ... factor(t), all below 1. Stops when the product is too small to
 * change 1 minus it.
 */
function productUntil(factor: (i: number) => number, t: number): number {
  let product = 1
  for (let i = 1; i <= t && product > 1e-17; i++) product *= factor(i)
  return product
}

/** Kingma & Ba 2015, algorithm 2. */
const adamax: Rule = {
  momentNames: () => ['first', 'size'],
  numbers: ({ beta1 }, lr, t) => ({ length: lr / (1 - beta1 ** t) }),
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, numbers }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const size = tf.maximum<Tensor1D>(moments.size!.mul(beta2), g.abs().add(eps))
    return {
      weights: weights.sub(first.div(size).mul(numbers.length)) as Tensor1D,
      moments: { first, size },
    }
  },
}

/** Hinton 2012. */
const rmsprop: Rule = {
  momentNames: () => ['second'],
  numbers: onlyRate,
  update: ({ config: { alpha = 0.99, eps }, weights, g, moments, numbers: { lr } }) => {
    const second = mixAverage(moments.second!, g.square(), alpha)
    return {
      weights: weights.sub(g.div(second.sqrt().add(eps)).mul(lr)) as Tensor1D,
      moments: { second },
    }
  },
}

/** Duchi et al. 2011. */
const adagrad: Rule = {
  momentNames: () => ['squares'],
  numbers: onlyRate,
  update: ({ config: { eps }, weights, g, moments, numbers: { lr } }) => {
    const squares = moments.squares!.add(g.square()) as Tensor1D
    return {
      weights: weights.sub(g.div(squares.sqrt().add(eps)).mul(lr)) as Tensor1D,
      moments: { squares },
    }
  },
}

/** Sutskever et al. 2013, as in PyTorch: lr multiplies the complete momentum. */
const sgd: Rule = {
  momentNames: ({ momentum = 0 }) => (momentum > 0 ? ['momentum'] : []),
  numbers: onlyRate,
  update: ({
    config: { momentum = 0, nesterov = false },
    weights,
    g,
    moments,
    numbers: { lr },
  }): OptimizerResult => {
    if (momentum === 0) return { weights: weights.sub(g.mul(lr)) as Tensor1D, moments: {} }
    const moving = moments.momentum!.mul(momentum).add(g) as Tensor1D
    const step = nesterov ? g.add(moving.mul(momentum)) : moving
    return { weights: weights.sub(step.mul(lr)) as Tensor1D, moments: { momentum: moving } }
  },
}

const rules: { [K in Algorithm]: Rule } = {
  adamw: adam,
  adam,
  radam,
  nadam,
  adamax,
  rmsprop,
  adagrad,
  sgd,
}

/** memory average + (1 - memory) value. */
const mixAverage = (average: Tensor1D, value: Tensor1D, memory: number) =>
  average.mul(memory).add(value.mul(1 - memory)) as Tensor1D

/** The names of the moments of an optimizer. */
export const momentNames = (config: OptimizerConfig): Moment[] =>
  rules[config.algorithm].momentNames(config)

/** Zero moments for `size` weights, before the first step. */
export const zeroMoments = (config: OptimizerConfig, size: number): Moments =>
  Object.fromEntries(momentNames(config).map((name) => [name, tf.zeros([size]) as Tensor1D]))

/**
 * The weights and moments after step `step` (counted from 0) of `total`. Changes nothing in place.
 * Adam is algorithm 1 of Kingma & Ba 2015, with epsilon outside of the bias correction; the others
 * are as in `torch.optim`.
 */
export function optimizerStep(
  config: OptimizerConfig,
  {
    weights,
    gradient,
    moments,
    step,
    total,
  }: { weights: Tensor1D; gradient: Tensor1D; moments: Moments; step: number; total: number },
): OptimizerResult {
  const lr = learningRate(config, step, total)
  const input: OptimizerInput = { config, weights, gradient, moments, lr, t: step + 1 }
  return rules[config.algorithm].fused?.(input) ?? capturedStep(input)
}

/**
 * A step of tfjs operations, which a GPU replays: its inputs are all tensors, and the numbers that
 * change from step to step.
 */
function capturedStep(input: OptimizerInput): OptimizerResult {
  const { config, weights, gradient, moments, lr, t } = input
  const numbers = {
    ...rules[config.algorithm].numbers(config, lr, t),
    ...(decaysWeights(config) && { keep: 1 - lr * config.weight_decay }),
  }
  if (!activeBackend().captureOrReplay) return composedStep(input, numbers)
  const [names, momentList] = [Object.keys(numbers), momentNames(config)]
  const scalars = Object.values(numbers).map((number) => tf.scalar(number))
  const [moved, ...rest] = captureOrReplayAll({
    key: captureKey(`optimizer ${JSON.stringify(config)} ${names.join()}`),
    weights: {},
    inputs: [weights, gradient, ...momentList.map((name) => moments[name]!), ...scalars],
    run([weights, gradient, ...others]) {
      const own = momentList.map((name, i) => [name, others[i]])
      const result = composedStep(
        {
          ...input,
          weights: weights as Tensor1D,
          gradient: gradient as Tensor1D,
          moments: Object.fromEntries(own) as Moments,
        },
        Object.fromEntries(names.map((name, i) => [name, others[own.length + i] as Scalar])),
      )
      return [result.weights, ...momentList.map((name) => result.moments[name]!)]
    },
  })
  return {
    weights: moved as Tensor1D,
    moments: Object.fromEntries(momentList.map((name, i) => [name, rest[i] as Tensor1D])),
  }
}

/** Tests if the decay of the weights is decoupled, and multiplied by the learning rate. */
const decaysWeights = ({ algorithm, weight_decay }: OptimizerConfig) =>
  algorithm === 'adamw' && weight_decay > 0

function composedStep(
  { config, weights, gradient, moments }: OptimizerInput,
  numbers: StepNumbers,
): OptimizerResult {
  const { algorithm, weight_decay: decay, clip_norm } = config
  const clipped = clip_norm > 0 ? clipByNorm(gradient, clip_norm) : gradient
  const isPenalty = algorithm !== 'adamw' && decay > 0
  const g = isPenalty ? (clipped.add(weights.mul(decay)) as Tensor1D) : clipped
  const from = decaysWeights(config) ? (weights.mul(numbers.keep) as Tensor1D) : weights
  return rules[algorithm].update({ config, weights: from, g, moments, numbers })
}

/** Scales the gradient down if its norm is above `limit`, like `torch.nn.utils.clip_grad_norm_`. */
export function clipByNorm(gradient: Tensor1D, limit: number): Tensor1D {
  const fused = activeBackend().clipByNorm?.(gradient, limit)
  if (fused) return fused
  const norm = gradient.square().sum().sqrt() as Scalar
  return gradient.mul(tf.minimum(tf.div(limit, norm.add(1e-6)), 1)) as Tensor1D
}
