// Optimizers as in PyTorch, as pure functions of all weights in one vector.
import { activeBackend } from '../base/backend.ts'
import type { Scalar, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { LearningRateConfig } from './learningRates.ts'
import { learningRate } from './learningRates.ts'
import type { Moment } from './moments.ts'

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

/** Input of an update, after clipping and the L2 penalty. */
interface UpdateInput {
  config: OptimizerConfig
  weights: Tensor1D
  g: Tensor1D
  moments: Moments
  lr: number
  /** Number of the update, counted from 1. */
  t: number
}

interface OptimizerResult {
  weights: Tensor1D
  moments: Moments
}

interface Rule {
  /** Names of its moments. */
  momentNames: (config: OptimizerConfig) => Moment[]
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

const adam: Rule = {
  momentNames: ({ amsgrad }) => (amsgrad ? ['first', 'second', 'largest'] : ['first', 'second']),
  update: ({ config: { beta1, beta2, eps, amsgrad }, weights, g, moments, lr, t }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const largest = amsgrad ? tf.maximum<Tensor1D>(moments.largest!, second) : undefined
    const spread = (largest ?? second)
      .sqrt()
      .mul(1 / Math.sqrt(1 - beta2 ** t))
      .add(eps)
    const moved = weights.sub(first.div(spread).mul(lr / (1 - beta1 ** t))) as Tensor1D
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
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, lr, t }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const length = lr / (1 - beta1 ** t)
    const most = 2 / (1 - beta2) - 1
    const rho = most - (2 * t * beta2 ** t) / (1 - beta2 ** t)
    if (rho <= 5)
      return { weights: weights.sub(first.mul(length)) as Tensor1D, moments: { first, second } }
    const rectified = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho))
    const spread = second.sqrt().add(eps)
    const moved = weights.sub(
      first.div(spread).mul(length * rectified * Math.sqrt(1 - beta2 ** t)),
    ) as Tensor1D
    return { weights: moved, moments: { first, second } }
  },
}

/** Dozat 2016: Adam with Nesterov momentum. */
const nadam: Rule = {
  momentNames: () => ['first', 'second'],
  update: ({
    config: { beta1, beta2, eps, momentum_decay = 0.004 },
    weights,
    g,
    moments,
    lr,
    t,
  }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const second = mixAverage(moments.second!, g.square(), beta2)
    const mu = (i: number) => beta1 * (1 - 0.5 * 0.96 ** (i * momentum_decay))
    const spread = second
      .mul(1 / (1 - beta2 ** t))
      .sqrt()
      .add(eps)
    const before = productUntil(mu, t)
    const step = g
      .mul((1 - mu(t)) / (1 - before))
      .add(first.mul(mu(t + 1) / (1 - before * mu(t + 1))))
      .div(spread)
    return { weights: weights.sub(step.mul(lr)) as Tensor1D, moments: { first, second } }
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
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, lr, t }) => {
    const first = mixAverage(moments.first!, g, beta1)
    const size = tf.maximum<Tensor1D>(moments.size!.mul(beta2), g.abs().add(eps))
    return {
      weights: weights.sub(first.div(size).mul(lr / (1 - beta1 ** t))) as Tensor1D,
      moments: { first, size },
    }
  },
}

/** Hinton 2012. */
const rmsprop: Rule = {
  momentNames: () => ['second'],
  update: ({ config: { alpha = 0.99, eps }, weights, g, moments, lr }) => {
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
  update: ({ config: { eps }, weights, g, moments, lr }) => {
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
  update: ({
    config: { momentum = 0, nesterov = false },
    weights,
    g,
    moments,
    lr,
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
  const { algorithm, weight_decay: decay, clip_norm } = config
  const lr = learningRate(config, step, total)
  const fused = rules[algorithm].fused?.({ config, weights, gradient, moments, lr, t: step + 1 })
  if (fused) return fused
  const clipped = clip_norm > 0 ? clipByNorm(gradient, clip_norm) : gradient
  const decoupled = algorithm === 'adamw'
  const g = !decoupled && decay > 0 ? (clipped.add(weights.mul(decay)) as Tensor1D) : clipped
  const from = decoupled && decay > 0 ? (weights.mul(1 - lr * decay) as Tensor1D) : weights
  return rules[algorithm].update({ config, weights: from, g, moments, lr, t: step + 1 })
}

/** Scales the gradient down if its norm is above `limit`, like `torch.nn.utils.clip_grad_norm_`. */
export function clipByNorm(gradient: Tensor1D, limit: number): Tensor1D {
  const fused = activeBackend().clipByNorm?.(gradient, limit)
  if (fused) return fused
  const norm = gradient.square().sum().sqrt() as Scalar
  return gradient.mul(tf.minimum(tf.div(limit, norm.add(1e-6)), 1)) as Tensor1D
}
