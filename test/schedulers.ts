// The recorded trajectories of diffusers' schedulers: what was given, what drove them, and whether ours come out the same.
import { expect } from 'vitest'
import type { ScheduleName } from '../src/engine/schedule.ts'
import type { Tensor } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { PredictionType } from '../src/engine/values.ts'
import { golden } from './golden.ts'

/** A tensor, or of a larger one what is enough to know it by. */
export type Recorded = number[] | { abs_sum: number; abs_mean: number; first8: number[] }

/** What differs from the defaults of the scheduler; what only some of them have is read where it is used. */
export interface SchedulerConfig {
  beta_schedule?: ScheduleName
  beta_start?: number
  beta_end?: number
  num_train_timesteps?: number
  prediction_type?: PredictionType
  timestep_spacing?: 'leading' | 'trailing' | 'linspace'
  steps_offset?: number
  set_alpha_to_one?: boolean
  clip_sample?: boolean
  clip_sample_range?: number
  thresholding?: boolean
  dynamic_thresholding_ratio?: number
  sample_max_value?: number
  rescale_betas_zero_snr?: boolean
  [name: string]: unknown
}

export interface SchedulerCase {
  /** `EulerDiscreteScheduler/001`. */
  id: string
  config_given: SchedulerConfig
  num_inference_steps: number | null
  set_timesteps_kwargs: { timesteps?: number[]; [name: string]: unknown }
  step_kwargs: { eta?: number; use_clipped_model_output?: boolean; [name: string]: unknown }
  model: keyof typeof models
  initial: 'x_a' | 'x_b' | 'dummy_sample_deter'
  shape: [number, number, number, number]
  /** What the initial tensor is multiplied by. */
  init_noise_sigma: number
  timesteps: number[]
  sigmas?: number[]
  steps: ({ t: number; prev_sample?: number[]; model_output?: number[]; op?: string } & Partial<Exclude<Recorded, number[]>>)[]
  /** By step, in the order in which they were drawn. */
  noise_by_step?: Record<string, number[][]>
  final_f64: Recorded
  max_abs_diff_f32_vs_f64: number
  max_abs_value: number
}

const inputs = golden<{ tensors: Record<string, number[]> }>('schedulers/inputs').tensors

/** The cases of a scheduler by its class name in diffusers. */
export const casesOf = <Case extends SchedulerCase = SchedulerCase>(scheduler: string): Case[] =>
  golden<{ cases: Case[] }>(`schedulers/${scheduler}`).cases

/** Input tensors that the cases share: x_a, x_b, img_a, mask_a, ... in one shape. */
export const sharedInput = (name: string, shape: number[]): Tensor => tf.tensor(inputs[name]!, shape)

const tanh = (x: Tensor, t: number) =>
  x
    .mul(0.8)
    .tanh()
    .mul(0.9)
    .add(0.1 * Math.cos(0.01 * t))

/** What the cases predict with: formulas of the model's input (scaled, where the scheduler scales it) and of t. */
export const models = {
  dummy: (x: Tensor, t: number) => x.mul(t / (t + 1)),
  tanh,
  small: (x: Tensor, t: number) =>
    x
      .tanh()
      .mul(0.3)
      .add(0.02 * Math.sin(t) - 0.05),
  /** With a second half of the channels: numbers between -0.5 and 0.5. */
  tanh_lv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.5)], 1),
  /** With a second half of the channels: a variance. */
  tanh_pv: (x: Tensor, t: number) => tf.concat([tanh(x, t), x.mul(3).sin().mul(0.01).add(0.02)], 1),
}

/** x_T as the scheduler gets it, in its own scale: times `init_noise_sigma`. */
export function initialOf({
  initial,
  shape,
  init_noise_sigma,
}: Pick<SchedulerCase, 'initial' | 'shape' | 'init_noise_sigma'>): Tensor {
  const x = initial === 'dummy_sample_deter' ? dummySample() : sharedInput(initial, shape)
  return x.mul(init_noise_sigma)
}

const dummySample = () => tf.range(0, 768).reshape([3, 8, 8, 4]).div(768).transpose([3, 0, 1, 2])

/** The tensors that were drawn in step i. */
export const noisesOf = ({ noise_by_step, shape }: SchedulerCase, i: number): Tensor[] =>
  (noise_by_step?.[i] ?? []).map((values) => tf.tensor(values, shape))

/** Ten times the drift of torch's own float32 from its float64, and never less than float32 can tell. */
export const toleranceOf = ({ max_abs_diff_f32_vs_f64, max_abs_value }: SchedulerCase): number =>
  Math.max(10 * max_abs_diff_f32_vs_f64, 1e-6 * max_abs_value)

/** What x was after step i. */
export function frameOf({ steps }: SchedulerCase, i: number): Recorded {
  const { prev_sample, abs_sum, abs_mean, first8 } = steps[i]!
  return prev_sample ?? { abs_sum: abs_sum!, abs_mean: abs_mean!, first8: first8! }
}

const farthest = (found: ArrayLike<number>, wanted: number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value)))

export function expectClose(found: Float32Array, wanted: Recorded, tolerance: number) {
  if (Array.isArray(wanted)) {
    expect(found.length).toBe(wanted.length)
    return expect(farthest(found, wanted)).toBeLessThanOrEqual(tolerance)
  }
  expect(farthest(found, wanted.first8)).toBeLessThanOrEqual(tolerance)
  const absSum = found.reduce((sum, value) => sum + Math.abs(value), 0)
  expect(Math.abs(absSum / found.length - wanted.abs_mean)).toBeLessThanOrEqual(tolerance)
}

/** Every frame of a trajectory, one a recorded step, and the last again in float64. Disposes of them. */
export async function expectTrajectory(recorded: SchedulerCase, frames: Tensor[], tolerance = toleranceOf(recorded)) {
  expect(frames.length).toBe(recorded.steps.length)
  for (const [i, frame] of frames.entries()) expectClose((await frame.data()) as Float32Array, frameOf(recorded, i), tolerance)
  expectClose((await frames.at(-1)!.data()) as Float32Array, recorded.final_f64, tolerance)
  frames.forEach((frame) => frame.dispose())
}
