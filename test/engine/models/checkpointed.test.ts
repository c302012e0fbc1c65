// Gradient checkpointing: blocks that are recomputed in the backward pass have the same bits in
// less memory.
import { expect, test } from 'vitest'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { checkpointed, runWithoutCheckpoint } from '../../../src/engine/layers/checkpointed.ts'
import type { DitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { dit } from '../../../src/engine/models/kinds/dit/dit.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import { ditBlockLayers } from '../../../src/engine/models/graph/blocks/dit.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { networkSize } from '../../../src/engine/models/graph/networkSize.ts'
import { createProgram } from '../../../src/engine/models/graph/program.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { unetSummary } from '../../../src/engine/models/kinds/unet/summary.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { ActivationStorage, Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu, onEachArithmetic } from '../../backends.ts'
import { numbers } from '../../kernels.ts'
import { measurePeak } from '../../peak.ts'
import { tinyUnet } from '../../smallTraining.ts'
import { modelConditions, modelItemShape } from '../../../src/engine/models/kinds/registry.ts'
import { fullTest } from '../../families.ts'

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

onEachArithmetic(() => {
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

const createUnet = (config: UnetConfig) => () =>
  unet(config, 'epsilon', createRandom(1), { zero_init: false })

/** The loss of a training step and the gradients of all weights. */
function stepOf(
  create: () => Model,
  checkpointing: boolean,
  activations: ActivationStorage = 'float32',
) {
  const model = create()
  const shape = [3, ...modelItemShape(model)]
  const x = tf.tensor(
    createRandom(2).normal(shape.reduce((product, size) => product * size, 1)),
    shape,
  )
  const condition = modelConditions(model).length > 0 ? labels : undefined
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

const createDit =
  (changes: Partial<DitConfig> = {}) =>
  () =>
    dit(
      parseDitConfig({
        sample_size: 4,
        in_channels: 1,
        num_layers: 2,
        num_attention_heads: 2,
        attention_head_dim: 8,
        num_embeds_ada_norm: 3,
        ...changes,
      }),
      'epsilon',
      createRandom(1),
      { zero_init: false },
    )

const labels = { kind: 'labels', labels: Int32Array.of(0, 2, 1) } as const

async function expectSame(create: () => Model, times = 1, activations?: ActivationStorage) {
  const [kept, again] = [false, true].map((checkpointing) =>
    stepOf(create, checkpointing, activations),
  )
  for (let i = 0; i < times; i++) {
    const [expected, found] = [kept.step(), again.step()]
    expect(await dataOf(found)).toEqual(await dataOf(expected))
    tf.dispose([expected, found])
  }
  tf.dispose([kept.inputs, again.inputs])
}

// Programs of kernels take seconds to compile for a software device.
const testOn = (backend: string) => (backend === 'webgpu' ? fullTest : test)

onEachArithmetic((backend) => {
  testOn(backend)('a UNet with attention, labels and dropout', () =>
    expectSame(createUnet({ ...tinyUnet(4), dropout: 0.3 })),
  )

  test('a DiT with labels and dropout', () => expectSame(createDit({ dropout: 0.3 })))
})

onEachArithmetic(
  (backend) => {
    // The third evaluation is a replay.
    testOn(backend)('a UNet that is replayed', () => expectSame(createUnet(tinyUnet(4)), 4))

    test('a DiT that is replayed', () => expectSame(createDit(), 4))

    // Blocks of this size are fused on a software device too.
    if (process.env.FULL)
      test.each(['float32', 'float16'] as const)(
        'a UNet with fused blocks, activations in %s',
        { timeout: 120_000 },
        (activations) =>
          expectSame(
            createUnet({ ...tinyUnet(4), sample_size: 16, block_out_channels: [32] }),
            4,
            activations,
          ),
      )
  },
  ['webgpu'],
)

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
  ])('a UNet %s', (_, changes) => expectSame(createUnet(unetConfig({ ...small, ...changes }))))

  test('takes less memory, about as much as its summary estimates', () => {
    const config = unetConfig({ ...small, layers_per_block: 3, dropout: 0 })
    const [kept, again] = [false, true].map((checkpointing) => {
      const { step, inputs } = stepOf(createUnet(config), checkpointing)
      const peak = measurePeak(() => tf.dispose(step()))
      tf.dispose(inputs)
      return peak
    }) as [number, number]
    const { saved, checkpointed } = unetSummary(config)
    expect(checkpointed).toBeLessThan(0.5 * saved)
    expect(again).toBeLessThan(0.6 * kept)
  })

  test('each block of a DiT is one unit, which takes less memory', () => {
    const create = createDit({ num_layers: 6 })
    const model = create()
    const config = model.config as unknown as DitConfig
    const { main } = createProgram(ditGraph(config), ['predict'])
    const blocks = main.filter(({ block }) => block)
    expect(blocks.map(({ block }) => block![0])).toEqual(
      Array.from({ length: 6 }, (_, i) => `transformer_blocks.${i}.norm1.linear`),
    )
    expect(blocks.map(({ block }) => block!.length)).toEqual(Array(6).fill(7))
    tf.dispose(collectTensors(model))
    const [kept, again] = [false, true].map((checkpointing) => {
      const { step, inputs } = stepOf(create, checkpointing)
      const peak = measurePeak(() => tf.dispose(step()))
      tf.dispose(inputs)
      return peak
    }) as [number, number]
    const { saved, checkpointed } = networkSize(ditGraph(config))
    expect(checkpointed).toBeLessThan(0.4 * saved)
    expect(again).toBeLessThan(0.6 * kept)
  })

  test('blocks whose inner values are read are no units', () => {
    const b = new GraphBuilder()
    const settings = {
      heads: 2,
      activation: 'gelu_tanh',
      dropout: 0,
      attentionBias: true,
      eps: 1e-5,
      affine: false,
    } as const
    const x = b.source('x', { shape: [4, 8] })
    const vector = b.add('time_value', [b.source('time')])
    const embedding = b.linear(vector, 'embed', 8)
    const first = ditBlockLayers(b, x, embedding, 'first', settings)
    const second = ditBlockLayers(b, first, embedding, 'second', settings)
    const { layers } = b.graph({ out: second })
    const blocksOf = (out: number) =>
      createProgram({ layers, functions: { out } }, ['out']).main.flatMap(({ block }) =>
        block ? [block[0]] : [],
      )
    expect(blocksOf(second)).toEqual(['first.norm1.linear', 'second.norm1.linear'])
    // Another layer reads a value inside of the second block.
    const inside = layers.findIndex(({ name }) => name === 'second.attn1.to_out.0')
    const more = b.add('add', [second, inside])
    expect(blocksOf(more)).toEqual(['first.norm1.linear'])
  })
})
