// How weights follow their gradients: Adam and AdamW as in PyTorch, on all weights as one vector, without side effects.
import type { Scalar, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'

export interface OptimizerConfig {
  /** Kingma & Ba 2015; with the weight decay of Loshchilov & Hutter 2019, or without. */
  algorithm: 'adam' | 'adamw'
  /** The learning rate after the warm-up. */
  lr: number
  beta1: number
  beta2: number
  eps: number
  /** AdamW: the share taken off the weights each step, times lr. Adam: an L2 penalty in the gradient. */
  weight_decay: number
  /** Steps over which the learning rate grows from 0. */
  warmup_steps: number
  lr_schedule: LrSchedule
  /** The largest norm of the gradient of all weights together; 0 for no limit. */
  clip_norm: number
}

export type LrSchedule = 'constant' | 'linear' | 'cosine'

/** Exponential averages of the gradient and of its square. */
export interface Moments {
  first: Tensor1D
  second: Tensor1D
}

export const noMoments = (size: number): Moments => ({ first: tf.zeros([size]), second: tf.zeros([size]) })

/** Share of the learning rate left after the warm-up, by the progress in [0, 1] from there to the last step. */
const decays: { [K in LrSchedule]: (progress: number) => number } = {
  constant: () => 1,
  linear: (progress) => Math.max(0, 1 - progress),
  cosine: (progress) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress))),
}

/** The learning rate of the step `step` (from 0) of `total`, as diffusers' `get_scheduler` has it: the first of a warm-up is 0. */
export function learningRate({ lr, warmup_steps: warmup, lr_schedule }: OptimizerConfig, step: number, total: number): number {
  if (step < warmup) return (lr * step) / Math.max(1, warmup)
  return lr * decays[lr_schedule]((step - warmup) / Math.max(1, total - warmup))
}

/**
 * One step: weights and moments after the gradient of step `step` (from 0) of `total`. Nothing is changed in place.
 * Kingma & Ba 2015, algorithm 1, with epsilon outside of the bias correction as in `torch.optim.Adam`.
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
): { weights: Tensor1D; moments: Moments } {
  const { algorithm, beta1, beta2, eps, weight_decay: decay, clip_norm } = config
  const lr = learningRate(config, step, total)
  const clipped = clip_norm > 0 ? clipByNorm(gradient, clip_norm) : gradient
  const g = algorithm === 'adam' && decay > 0 ? clipped.add(weights.mul(decay)) : clipped
  const first = moments.first.mul(beta1).add(g.mul(1 - beta1)) as Tensor1D
  const second = moments.second.mul(beta2).add(g.square().mul(1 - beta2)) as Tensor1D
  const spread = second
    .sqrt()
    .mul(1 / Math.sqrt(1 - beta2 ** (step + 1)))
    .add(eps)
  const decayed = algorithm === 'adamw' && decay > 0 ? weights.mul(1 - lr * decay) : weights
  const moved = decayed.sub(first.div(spread).mul(lr / (1 - beta1 ** (step + 1)))) as Tensor1D
  return { weights: moved, moments: { first, second } }
}

/** The gradient, scaled down if its norm is above `limit`, as `torch.nn.utils.clip_grad_norm_` does it. */
export function clipByNorm(gradient: Tensor1D, limit: number): Tensor1D {
  const norm = gradient.square().sum().sqrt() as Scalar
  return gradient.mul(tf.minimum(tf.div(limit, norm.add(1e-6)), 1)) as Tensor1D
}
