// What is measured: the UNet for 8x8 digits, a training step and a sampling step with batches of 64.
import type { UnetConfig } from '../src/engine/models/unet/config.ts'
import { unetConfig } from '../src/engine/models/unet/config.ts'
import { unet } from '../src/engine/models/unet/init.ts'
import { randomOf } from '../src/engine/random.ts'
import { noiseSchedule } from '../src/engine/schedule.ts'
import type { Tensor4D } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { Model } from '../src/engine/values.ts'

export const BATCH = 64

/** That of the recorded training in PyTorch, without classes: 177 thousand parameters. */
export const config: UnetConfig = unetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [16, 32],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 8,
  attention_head_dim: 8,
})

export const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

export const newModel = (): Model => unet(config, 'epsilon', randomOf(1), { zero_init: false })

/** A batch of random numbers, and a timestep for each item: how quick a step is does not depend on them. */
export function batch(seed: number): { x: Tensor4D; noise: Tensor4D; t: Float64Array } {
  const random = randomOf(seed)
  const images = () => tf.tensor4d(random.normal(BATCH * 64), [BATCH, 8, 8, 1])
  return { x: images(), noise: images(), t: Float64Array.from(random.integers(BATCH, schedule.T)) }
}
