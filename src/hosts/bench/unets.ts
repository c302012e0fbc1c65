// The timed UNets, each with its batch.
import { createRandom } from '../../engine/base/random.ts'
import type { Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Model } from '../../engine/models/model.ts'
import type { UnetConfig } from '../../engine/models/kinds/unet/config.ts'
import { unetConfig } from '../../engine/models/kinds/unet/config.ts'
import { unet } from '../../engine/models/kinds/unet/init.ts'
import { noiseSchedule } from '../../engine/process/schedule.ts'

interface Timed {
  config: UnetConfig
  batch: number
}

/**
 * For 8 x 8 digits, 177 thousand parameters: config of the recorded PyTorch training, without
 * classes.
 */
const digits: Timed = {
  batch: 64,
  config: unetConfig({
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [16, 32],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 8,
    attention_head_dim: 8,
  }),
}

/** For machines without a GPU: 368 thousand parameters, 3.3 GFLOP per training step. */
const small: Timed = {
  batch: 16,
  config: unetConfig({
    sample_size: 16,
    block_out_channels: [24, 48],
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 8,
    attention_head_dim: 8,
  }),
}

/** The reference UNet: 32 x 32 RGB, 6.5 million parameters. */
const reference: Timed = {
  batch: 64,
  config: unetConfig({
    sample_size: 32,
    block_out_channels: [64, 128, 128],
    down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
    attention_head_dim: null,
  }),
}

/** google/ddpm-cifar10-32 (Ho et al. 2020): 35.7 million parameters. */
const cifar10: Timed = {
  batch: 8,
  config: unetConfig({
    sample_size: 32,
    block_out_channels: [128, 256, 256, 256],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
    attention_head_dim: null,
    downsample_padding: 0,
    flip_sin_to_cos: false,
    freq_shift: 1,
    norm_eps: 1e-6,
  }),
}

/** The least that has a convolution, a norm and a skip connection, for trying out a measurement. */
const tiny: Timed = {
  batch: 2,
  config: unetConfig({
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [8],
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 4,
  }),
}

export const models = { tiny, digits, small, reference, cifar10 } satisfies Record<string, Timed>
export type ModelName = keyof typeof models

export const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

export const newUnet = (name: ModelName): Model =>
  unet(models[name].config, 'epsilon', createRandom(1), { zero_init: false })

/** A random batch with timesteps; the time of a step does not depend on their values. */
export function randomBatch(
  name: ModelName,
  seed: number,
  batch: number = models[name].batch,
): { x: Tensor4D; noise: Tensor4D; t: Float64Array } {
  const { config } = models[name]
  const random = createRandom(seed)
  const side = config.sample_size as number
  const shape = [batch, side, side, config.in_channels] as const
  const images = () =>
    tf.tensor4d(random.normal(batch * side * side * config.in_channels), [...shape])
  return { x: images(), noise: images(), t: Float64Array.from(random.integers(batch, schedule.T)) }
}
