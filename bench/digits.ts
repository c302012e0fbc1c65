// The UNet for 8 x 8 digits, and its batch.
import type { UnetConfig } from '../src/engine/models/unet/config.ts'
import { unetConfig } from '../src/engine/models/unet/config.ts'
import { noiseSchedule } from '../src/engine/process/schedule.ts'

export const BATCH = 64

/** Config of the recorded PyTorch training, without classes: 177 thousand parameters. */
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
