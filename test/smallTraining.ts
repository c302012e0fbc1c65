// A small UNet and optimizer settings for tests that train.
import { unetConfig } from '../src/engine/models/unet/config.ts'
import type { OptimizerConfig } from '../src/engine/training/optimizers.ts'

export const adamw = {
  algorithm: 'adamw',
  lr: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  warmup_steps: 0,
  lr_schedule: 'constant',
  clip_norm: 1,
} as const satisfies OptimizerConfig

/** UNet config with one level and attention; `classes` is the number of labels. */
export const tinyUnet = (classes?: number) =>
  unetConfig({
    sample_size: 4,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [8],
    down_block_types: ['AttnDownBlock2D'],
    up_block_types: ['UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 2,
    add_attention: false,
    ...(classes !== undefined && { num_class_embeds: classes }),
  })
