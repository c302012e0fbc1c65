// Gradient checkpointing: blocks that are recomputed in the backward pass have the same bits in
// less memory.
import { expect, test } from 'vitest'
import { differentiate } from '../../src/engine/training/differentiate.ts'
import { checkpointed, runWithoutCheckpoint } from '../../src/engine/layers/checkpointed.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../src/engine/models/unet/config.ts'
import { unetConfig } from '../../src/engine/models/unet/config.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { unetSummary } from '../../src/engine/models/unet/summary.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { ActivationStorage, Weights } from '../../src/engine/base/values.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { numbers } from '../kernels.ts'
import { measurePeak } from '../peak.ts'
import { tinyUnet } from '../smallTraining.ts'

const square = (n: number, seed: number) => tf.tensor2d(numbers(n * n, seed, 0.5), [n, n])

const dataOf = (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]))

/** A chain of residual blocks. */
function chain(
  wrap: typeof runWithoutCheckpoint,
  x: Tensor,
  weights: Weights,
  depth: number,
): Tensor {
  let h = x
  for (let i = 0; i < depth; i++) {
    const block = ([h]: Tensor[], { inner, outer }: Weights) => {
      const wide = h.matMul(inner).tanh().mul(h).sigmoid() as Tensor
      return wide.mul(wide).matMul(outer).add(h)
    }
    h = wrap(block, [h], { inner: weights[`inner${i}`], outer: weights[`outer${i}`] })
  }
  return h
}

onEachBackend(() => {
  test('a checkpointed chain of blocks has the bits of a plain one, in less memory', async () => {
    const [n, depth] = [24, 8]
    const names = Array.from({ length: depth }, (_, i) => [`inner${i}`, `outer${i}`]).flat()
    const weights: Weights = Object.fromEntries(names.map((name, i) => [name, square(n, i + 1)]))
    const x = square(n, 99)
    const step = (through: typeof runWithoutCheckpoint): Tensor[] => {
      const loss = () => chain(through, x, weights, depth).square().sum()
      const { value, grads } = differentiate(loss, [x, ...Object.values(weights)])
      return [value, ...(grads as Tensor[])]
    }
    const [there, back] = [step(runWithoutCheckpoint), step(checkpointed)]
    expect(await dataOf(back)).toEqual(await dataOf(there))
    tf.dispose([there, back])
    const [kept, less] = [runWithoutCheckpoint, checkpointed].map((through) =>
      measurePeak(() => tf.dispose(step(through))),
    )
    expect(less).toBeLessThan(0.75 * kept)
    tf.dispose([x, weights as never])
  })
})

const small = unetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  num_class_embeds: 4,
  dropout: 0.3,
})

/** The loss of a training step and the gradients of all weights. */
function stepOf(
  config: UnetConfig,
  checkpointing: boolean,
  activations: ActivationStorage = 'float32',
) {
  const model = unet(config, 'epsilon', createRandom(1), { zero_init: false })
  const shape = [3, config.sample_size as number, config.sample_size as number, config.in_channels]
  const x = tf.tensor(
    createRandom(2).normal(shape.reduce((product, size) => product * size, 1)),
    shape,
  )
  const condition = config.num_class_embeds || config.cross_attention_dim ? labels : undefined
  const training = { seed: 5, step: 2, checkpointing }
  const step = (): Tensor[] => {
    const loss = () =>
      predict({ ...model, training, activations }, x, Float64Array.of(3, 400, 20), condition)
        .square()
        .mean()
    const { value, grads } = differentiate(loss, Object.values(model.weights))
    return [value, ...(grads as Tensor[])]
  }
  return { step, inputs: [x, ...collectTensors(model)] }
}

const labels = { kind: 'labels', labels: Int32Array.of(0, 2, 1) } as const

async function expectSame(config: UnetConfig, times = 1, activations?: ActivationStorage) {
  const [kept, again] = [false, true].map((checkpointing) =>
    stepOf(config, checkpointing, activations),
  )
  for (let i = 0; i < times; i++) {
    const [expected, found] = [kept.step(), again.step()]
    expect(await dataOf(found)).toEqual(await dataOf(expected))
    tf.dispose([expected, found])
  }
  tf.dispose([kept.inputs, again.inputs])
}

onEachBackend(() => {
  test('a UNet with attention, labels and dropout', () =>
    expectSame({ ...tinyUnet(4), dropout: 0.3 }))
})

onEachBackend(() => {
  // The third evaluation is a replay.
  test('a UNet that is replayed', () => expectSame(tinyUnet(4), 4))

  // Blocks of this size are fused on a software device too.
  if (process.env.FULL)
    test.each(['float32', 'float16'] as const)(
      'a UNet with fused blocks, activations in %s',
      { timeout: 120_000 },
      (activations) =>
        expectSame({ ...tinyUnet(4), sample_size: 16, block_out_channels: [32] }, 4, activations),
    )
}, ['webgpu'])

onCpu(() => {
  test.each<[string, Partial<UnetConfig>]>([
    ['of two levels', {}],
    [
      'that attends to tokens, and in linear time',
      {
        down_block_types: ['CrossAttnDownBlock2D', 'LinearAttnDownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
        mid_block_type: 'UNetMidBlock2DCrossAttn',
        cross_attention_dim: 6,
        num_token_embeds: 4,
        num_tokens: 1,
        num_class_embeds: null,
        attention_head_dim: 4,
      },
    ],
    [
      'that scales and shifts, resampled by residual blocks',
      {
        resnet_time_scale_shift: 'scale_shift',
        downsample_type: 'resnet',
        upsample_type: 'resnet',
        act_fn: 'gelu',
      },
    ],
  ])('a UNet %s', (_, changes) => expectSame(unetConfig({ ...small, ...changes })))

  test('takes less memory, about as much as its summary estimates', () => {
    const config = unetConfig({ ...small, layers_per_block: 3, dropout: 0 })
    const [kept, again] = [false, true].map((checkpointing) => {
      const { step, inputs } = stepOf(config, checkpointing)
      const peak = measurePeak(() => tf.dispose(step()))
      tf.dispose(inputs)
      return peak
    }) as [number, number]
    const { saved, checkpointed } = unetSummary(config)
    expect(checkpointed).toBeLessThan(0.5 * saved)
    expect(again).toBeLessThan(0.6 * kept)
  })
})
