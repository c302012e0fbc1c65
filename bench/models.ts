// The timed UNets, each with its batch.
import type { UnetConfig } from '../src/engine/models/unet/config.ts'
import { unetConfig } from '../src/engine/models/unet/config.ts'
import { unet } from '../src/engine/models/unet/init.ts'
import { createRandom } from '../src/engine/base/random.ts'
import type { Tensor4D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Model } from '../src/engine/base/values.ts'
import type { OpenForm } from './forms.ts'
import { openUnet } from './forms.ts'
import * as digits from './digits.ts'
import { schedule } from './digits.ts'
import * as reference from './reference.ts'

interface Timed {
  config: UnetConfig
  batch: number
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

export const models = {
  digits: { config: digits.config, batch: digits.BATCH },
  small,
  reference: { config: reference.config, batch: reference.BATCH },
} satisfies Record<string, Timed>
export type ModelName = keyof typeof models

export function newModel(name: ModelName, form?: OpenForm): Model {
  const closed = unet(models[name].config, 'epsilon', createRandom(1), { zero_init: false })
  return form ? openUnet(closed, form) : closed
}

/** A random batch with timesteps; the time of a step does not depend on their values. */
export function randomBatch(
  name: ModelName,
  seed: number,
): { x: Tensor4D; noise: Tensor4D; t: Float64Array } {
  const { config, batch } = models[name]
  const random = createRandom(seed)
  const side = config.sample_size as number
  const shape = [batch, side, side, config.in_channels] as const
  const images = () =>
    tf.tensor4d(random.normal(batch * side * side * config.in_channels), [...shape])
  return { x: images(), noise: images(), t: Float64Array.from(random.integers(batch, schedule.T)) }
}
