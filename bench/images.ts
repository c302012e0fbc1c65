// A UNet for pictures of 16x16, larger than that for digits: what a step of training and one of sampling are where wasm is made quicker.
import { addNoise } from '../src/engine/forward.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import type { UnetConfig } from '../src/engine/models/unet/config.ts'
import { unetConfig } from '../src/engine/models/unet/config.ts'
import { unet } from '../src/engine/models/unet/init.ts'
import { tidied } from '../src/engine/plan/memory.ts'
import { randomOf } from '../src/engine/random.ts'
import { levelsAt } from '../src/engine/schedule.ts'
import type { Tensor4D } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import { beginTraining, trainStep } from '../src/engine/training.ts'
import { tensorsOf } from '../src/engine/values.ts'
import { config as digits, schedule } from './digits.ts'

/** 16x16 in three colours, 367,995 parameters, about 3 GFLOP a training step of 16. */
const images: UnetConfig = unetConfig({
  sample_size: 16,
  block_out_channels: [24, 48],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 8,
})

/** A UNet and the size of its batches. */
interface Measured {
  config: UnetConfig
  batch: number
}

export const unets = { images: { config: images, batch: 16 }, digits: { config: digits, batch: 64 } }

/** The least time of so many steps, in milliseconds: what one takes on a machine that has nothing else to do. */
export async function leastOf(step: () => Promise<unknown>, times: number): Promise<number> {
  let least = Infinity
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await step()
    least = Math.min(least, performance.now() - began)
  }
  return least
}

function batchOf({ sample_size: side, in_channels }: UnetConfig, batch: number) {
  const random = randomOf(2)
  const shape: [number, number, number, number] = [batch, side as number, side as number, in_channels]
  const noise = () => tf.tensor4d(random.normal(shape.reduce((a, b) => a * b)), shape)
  return { x: noise(), noise: noise(), t: Float64Array.from(random.integers(batch, schedule.T)) }
}

/** A step of training as a workflow trains: AdamW, the gradient's norm clipped, an average of the weights. */
export function trainingOf({ config, batch: size }: Measured): () => Promise<unknown> {
  const model = unet(config, 'epsilon', randomOf(1), { zero_init: false })
  const { x, noise, t } = batchOf(config, size)
  const ema = { kind: 'constant', decay: 0.999 } as const
  const optimizer = {
    algorithm: 'adamw',
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weight_decay: 0.01,
    warmup_steps: 0,
    lr_schedule: 'constant',
    clip_norm: 1,
  } as const
  let state = beginTraining(model.weights, { optimizer, emas: [ema] })
  const loss = () =>
    meanError(predict({ ...model, weights: state.weights }, addNoise(x, noise, levelsAt(schedule, { t })), t), noise, {
      kind: 'mse',
    })
  return () => {
    const next = trainStep(state, { loss, optimizer, emas: [ema], total: 1000 })
    const kept = new Set(tensorsOf(next))
    tf.dispose(tensorsOf(state).filter((tensor) => !kept.has(tensor)))
    state = next
    return state.loss!.data()
  }
}

/** A prediction. */
export function forwardOf({ config, batch: size }: Measured): () => Promise<unknown> {
  const model = unet(config, 'epsilon', randomOf(1), { zero_init: false })
  const { x, t } = batchOf(config, size)
  return async () => {
    const y = tidied(() => predict(model, x, t)) as Tensor4D
    await y.data()
    y.dispose()
  }
}
