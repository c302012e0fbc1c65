// A small UNet, optimizer settings and a training for tests that train.
import { createRandom } from '../src/engine/base/random.ts'
import { tf } from '../src/engine/base/tf.ts'
import { collectTensors, type Conditioning } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import { unetConfig } from '../src/engine/models/kinds/unet/config.ts'
import type { OptimizerConfig } from '../src/engine/training/optimizers.ts'
import { beginTraining, trainStep } from '../src/engine/training/trainStep.ts'
import { modelItemShape } from '../src/engine/models/kinds/registry.ts'

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

/**
 * Trains a model of images on random batches of six. Returns the bytes of the final state: weights,
 * moments, average and the losses of all steps. With `classes`, the batches have labels.
 */
export async function trainingBytes(model: Model, steps: number, classes = 0): Promise<string[]> {
  const random = createRandom(4)
  const shape = [6, ...modelItemShape(model)]
  const size = shape.reduce((product, side) => product * side, 1)
  const setup = {
    optimizer: { ...adamw, lr: 0.001 },
    emas: [{ kind: 'constant', decay: 0.9 }],
  } as const
  let state = beginTraining(model.weights, setup)
  for (let step = 0; step < steps; step++) {
    const [x, noise] = [0, 1].map(() => tf.tensor(random.normal(size), shape))
    const t = Float64Array.from(random.integers(6, 1000))
    const condition: Conditioning | undefined =
      classes > 0 ? { kind: 'labels', labels: random.integers(6, classes) } : undefined
    const now: Model = { ...model, weights: state.weights, training: { seed: 1, step } }
    const loss = () => meanError(predict(now, x, t, condition), noise, { kind: 'mse' })
    const next = trainStep(state, { loss, ...setup, total: steps })
    const kept = new Set(collectTensors(next))
    tf.dispose([x, noise, ...collectTensors(state).filter((tensor) => !kept.has(tensor))])
    state = next
  }
  const numbers = await Promise.all(collectTensors(state).map((tensor) => tensor.data()))
  tf.dispose(collectTensors(state))
  return numbers.map((data) => Buffer.from(new Uint8Array(data.buffer)).toString('base64'))
}
