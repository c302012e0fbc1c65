// The arguments of samplers: one step from a noise level to another.
import type { Levels, Schedule } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { Prediction } from '../base/values.ts'

/** Predicts x_0 at another x and level. */
export type Denoise = (x: Tensor, at: Levels) => Tensor

/**
 * A step x_t -> x_s from one noise level to another. Tensors are `[b, ...]`; levels hold for all
 * items or one by one.
 */
export interface SamplerStep {
  xt: Tensor
  from: Levels
  to: Levels
  schedule: Schedule
  /** The model's output at x_t. */
  prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'>
  /** x_0 as predicted at x_t. */
  x0: Tensor
  /** The noise in x_t that corresponds to that x_0. */
  epsilon: Tensor
  /** Evaluates the model at another x and level. */
  denoise: Denoise
  /** Draws fresh noise of the shape of x_t. */
  noise: () => Tensor
}

/** The parts of a step that a sampler reads, besides x_t and the levels. */
export type StepWith<Parts extends keyof SamplerStep = never> = Pick<
  SamplerStep,
  'xt' | 'from' | 'to' | Parts
>
