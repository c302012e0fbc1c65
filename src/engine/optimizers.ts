// How weights follow their gradients: optimizers as in PyTorch, on all weights as one vector, without side effects.
import type { LearningRateConfig } from './learningRates.ts'
import { learningRate } from './learningRates.ts'
import type { Moment } from './moments.ts'
import type { Scalar, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'
import type { Own } from './wasm/module.ts'
import { ownFunctions } from './wasm/module.ts'
import * as wasm from './wasm/vectors.ts'
import { ownKernels, tensorOf } from './webgpu/own.ts'
import { adamBuffers, adamStep, clipFactor } from './webgpu/kernels/optimizer.ts'

export type Algorithm = 'adamw' | 'adam' | 'radam' | 'nadam' | 'adamax' | 'rmsprop' | 'adagrad' | 'sgd'

export interface OptimizerConfig extends LearningRateConfig {
  algorithm: Algorithm
  /** The Adams: memory of the gradient. */
  beta1: number
  /** The Adams: memory of its square; adamax: of its size. */
  beta2: number
  /** What keeps a vanishing gradient from a step without limit; not of sgd. */
  eps: number
  /** adamw: the share taken off the weights each step, times lr. The others: an L2 penalty in the gradient. */
  weight_decay: number
  /** The largest norm of the gradient of all weights together; 0 for no limit. */
  clip_norm: number
  /** adamw and adam: divide by the largest average of the square so far (Reddi et al. 2018); default false. */
  amsgrad?: boolean
  /** nadam: how fast beta1 grows to its value; default 0.004. */
  momentum_decay?: number
  /** rmsprop: memory of the square; default 0.99. */
  alpha?: number
  /** sgd: share of the last step that goes on; default 0. */
  momentum?: number
  /** sgd: look ahead along the momentum; default false. */
  nesterov?: boolean
}

/** What an optimizer remembers of earlier gradients, by names: each as long as all weights together. */
export type Moments = { [K in Moment]?: Tensor1D }

/** What one update begins with: the gradient is clipped, an L2 penalty is in it. */
interface Update {
  config: OptimizerConfig
  weights: Tensor1D
  g: Tensor1D
  moments: Moments
  lr: number
  /** Number of the update, from 1. */
  t: number
}

interface Updated {
  weights: Tensor1D
  moments: Moments
}

interface Rule {
  /** Names of what it remembers. */
  keeps: (config: OptimizerConfig) => Moment[]
  update: (now: Update) => Updated
  /** The whole step by kernels of its own, where the backend has them; undefined where it does not. */
  fused?: (now: StepOfAll) => Updated | undefined
}

/** What one step begins with: the gradient as it came. */
interface StepOfAll {
  config: OptimizerConfig
  weights: Tensor1D
  gradient: Tensor1D
  moments: Moments
  lr: number
  /** Number of the update, from 1. */
  t: number
}

const adam: Rule = {
  keeps: ({ amsgrad }) => (amsgrad ? ['first', 'second', 'largest'] : ['first', 'second']),
  update: ({ config: { beta1, beta2, eps, amsgrad }, weights, g, moments, lr, t }) => {
    const first = blend(moments.first!, g, beta1)
    const second = blend(moments.second!, g.square(), beta2)
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

function fusedAdam(all: StepOfAll): Updated | undefined {
  return adamOnWebgpu(all) ?? adamOnWasm(all)
}

function adamOnWasm({ config, weights, gradient, moments, lr, t }: StepOfAll): Updated | undefined {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm: limit, amsgrad = false } = config
  const own = ownFunctions()
  if (!own || !wasm.hasVectors(weights)) return undefined
  const decoupled = algorithm === 'adamw'
  const [moved, first, second, largest] = wasm.adamStep(own, {
    weights,
    gradient,
    first: moments.first!,
    second: moments.second!,
    ...(amsgrad && { largest: moments.largest! }),
    clip: limit > 0 ? clipOnWasm(own, gradient, limit) : 1,
    keep: decoupled ? 1 - lr * decay : 1,
    penalty: decoupled ? 0 : decay,
    beta1,
    beta2,
    eps,
    lr,
    t,
  })
  return { weights: moved!, moments: { first: first!, second: second!, ...(largest && { largest }) } }
}

function adamOnWebgpu({ config, weights, gradient, moments, lr, t }: StepOfAll): Updated | undefined {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm: limit, amsgrad = false } = config
  const backend = ownKernels()
  const buffers = adamBuffers({ clips: limit > 0, amsgrad })
  if (!backend || buffers > backend.device.limits.maxStorageBuffersPerShaderStage) return undefined
  const decoupled = algorithm === 'adamw'
  const made = adamStep(backend, {
    weights,
    gradient,
    first: moments.first!,
    second: moments.second!,
    ...(amsgrad && { largest: moments.largest! }),
    ...(limit > 0 && { factor: tensorOf(clipFactor(backend, gradient, limit)) }),
    keep: decoupled ? 1 - lr * decay : 1,
    penalty: decoupled ? 0 : decay,
    beta1,
    beta2,
    eps,
    lr,
    t,
  })
  const [moved, first, second, largest] = made.map(tensorOf<Tensor1D>)
  return { weights: moved!, moments: { first: first!, second: second!, ...(largest && { largest }) } }
}

/** Liu et al. 2020: while few squares are averaged their average says little, and the step is that of the momentum alone. */
const radam: Rule = {
  keeps: () => ['first', 'second'],
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, lr, t }) => {
    const first = blend(moments.first!, g, beta1)
    const second = blend(moments.second!, g.square(), beta2)
    const length = lr / (1 - beta1 ** t)
    const most = 2 / (1 - beta2) - 1
    const rho = most - (2 * t * beta2 ** t) / (1 - beta2 ** t)
    if (rho <= 5) return { weights: weights.sub(first.mul(length)) as Tensor1D, moments: { first, second } }
    const rectified = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho))
    const spread = second.sqrt().add(eps)
    const moved = weights.sub(first.div(spread).mul(length * rectified * Math.sqrt(1 - beta2 ** t))) as Tensor1D
    return { weights: moved, moments: { first, second } }
  },
}

/** Dozat 2016: the step is taken from where the momentum will have led. */
const nadam: Rule = {
  keeps: () => ['first', 'second'],
  update: ({ config: { beta1, beta2, eps, momentum_decay = 0.004 }, weights, g, moments, lr, t }) => {
    const first = blend(moments.first!, g, beta1)
    const second = blend(moments.second!, g.square(), beta2)
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

/** The product of factor(1) ... factor(t), all below 1; one that 1 minus it no longer shows is not followed further. */
function productUntil(factor: (i: number) => number, t: number): number {
  let product = 1
  for (let i = 1; i <= t && product > 1e-17; i++) product *= factor(i)
  return product
}

/** Kingma & Ba 2015, algorithm 2. */
const adamax: Rule = {
  keeps: () => ['first', 'size'],
  update: ({ config: { beta1, beta2, eps }, weights, g, moments, lr, t }) => {
    const first = blend(moments.first!, g, beta1)
    const size = tf.maximum<Tensor1D>(moments.size!.mul(beta2), g.abs().add(eps))
    return { weights: weights.sub(first.div(size).mul(lr / (1 - beta1 ** t))) as Tensor1D, moments: { first, size } }
  },
}

/** Hinton 2012. */
const rmsprop: Rule = {
  keeps: () => ['second'],
  update: ({ config: { alpha = 0.99, eps }, weights, g, moments, lr }) => {
    const second = blend(moments.second!, g.square(), alpha)
    return { weights: weights.sub(g.div(second.sqrt().add(eps)).mul(lr)) as Tensor1D, moments: { second } }
  },
}

/** Duchi et al. 2011. */
const adagrad: Rule = {
  keeps: () => ['squares'],
  update: ({ config: { eps }, weights, g, moments, lr }) => {
    const squares = moments.squares!.add(g.square()) as Tensor1D
    return { weights: weights.sub(g.div(squares.sqrt().add(eps)).mul(lr)) as Tensor1D, moments: { squares } }
  },
}

/** Sutskever et al. 2013, as PyTorch has it: lr multiplies the whole momentum. */
const sgd: Rule = {
  keeps: ({ momentum = 0 }) => (momentum > 0 ? ['momentum'] : []),
  update: ({ config: { momentum = 0, nesterov = false }, weights, g, moments, lr }): Updated => {
    if (momentum === 0) return { weights: weights.sub(g.mul(lr)) as Tensor1D, moments: {} }
    const moving = moments.momentum!.mul(momentum).add(g) as Tensor1D
    const step = nesterov ? g.add(moving.mul(momentum)) : moving
    return { weights: weights.sub(step.mul(lr)) as Tensor1D, moments: { momentum: moving } }
  },
}

const rules: { [K in Algorithm]: Rule } = { adamw: adam, adam, radam, nadam, adamax, rmsprop, adagrad, sgd }

/** memory of the average, the rest of the new value. */
const blend = (average: Tensor1D, value: Tensor1D, memory: number) => average.mul(memory).add(value.mul(1 - memory)) as Tensor1D

/** The names of the moments that an optimizer keeps. */
export const momentNames = (config: OptimizerConfig): Moment[] => rules[config.algorithm].keeps(config)

/** Before the first step, for `size` weights. */
export const noMoments = (config: OptimizerConfig, size: number): Moments =>
  Object.fromEntries(momentNames(config).map((name) => [name, tf.zeros([size]) as Tensor1D]))

/**
 * One step: weights and moments after the gradient of step `step` (from 0) of `total`. Nothing is changed in place.
 * Kingma & Ba 2015, algorithm 1, with epsilon outside of the bias correction, and the others as in `torch.optim`.
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
): Updated {
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

/** What a gradient is multiplied with. */
const clipOnWasm = (own: Own, gradient: Tensor1D, limit: number) => Math.min(limit / (wasm.normOf(own, gradient) + 1e-6), 1)

/** The gradient, scaled down if its norm is above `limit`, as `torch.nn.utils.clip_grad_norm_` does it. */
export function clipByNorm(gradient: Tensor1D, limit: number): Tensor1D {
  const backend = ownKernels()
  if (backend) return gradient.mul(tensorOf(clipFactor(backend, gradient, limit)))
  const own = ownFunctions()
  if (own) return gradient.mul(clipOnWasm(own, gradient, limit)) as Tensor1D
  const norm = gradient.square().sum().sqrt() as Scalar
  return gradient.mul(tf.minimum(tf.div(limit, norm.add(1e-6)), 1)) as Tensor1D
}
