// Opening closed models: the layer nodes make the same graph, the same weights and the same bits.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Conditioning, Model } from '../../src/engine/base/values.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { DitConfig } from '../../src/engine/models/dit/config.ts'
import { parseDitConfig } from '../../src/engine/models/dit/config.ts'
import { dit } from '../../src/engine/models/dit/dit.ts'
import { ditGraph } from '../../src/engine/models/dit/graph.ts'
import { inCanonicalOrder } from '../../src/engine/models/graph/features.ts'
import type { LayerGraph } from '../../src/engine/models/graph/layer.ts'
import { layersModel } from '../../src/engine/models/layers.ts'
import { mlp } from '../../src/engine/models/mlp.ts'
import { mlpGraph, type MlpConfig } from '../../src/engine/models/mlpGraph.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { unetConfig, type UnetConfig } from '../../src/engine/models/unet/config.ts'
import { unetGraph } from '../../src/engine/models/unet/graph.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { differentiate } from '../../src/engine/training/differentiate.ts'
import { openModel } from '../../src/nodes/layers/openModel.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const small: Partial<UnetConfig> = {
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 4,
}
const cross = {
  down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  cross_attention_dim: 12,
} as const
const resampling = {
  down_block_types: ['ResnetDownsampleBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'ResnetUpsampleBlock2D'],
} as const
const linear = {
  down_block_types: ['DownBlock2D', 'LinearAttnDownBlock2D'],
  up_block_types: ['LinearAttnUpBlock2D', 'UpBlock2D'],
  mid_block_type: 'UNetMidBlock2DLinearAttn',
} as const

const unets: [name: string, config: Partial<UnetConfig>][] = [
  ['attention', {}],
  ['class labels', { num_class_embeds: 4 }],
  ['a number', { class_embed_type: 'timestep' }],
  ['a vector', { class_embed_type: 'identity' }],
  ['tokens', { ...cross, encoder_hid_dim: 5, use_linear_projection: true }],
  ['tokens of the width', { ...cross, transformer_layers_per_block: 2 }],
  ['label tokens', { ...cross, num_token_embeds: 4, num_tokens: 2 }],
  ['linear attention', linear],
  ['scale and shift', { resnet_time_scale_shift: 'scale_shift' }],
  ['residual resampling', { ...resampling, dropout: 0.2 }],
  ['a scaled middle', { mid_block_scale_factor: 2, downsample_padding: 0 }],
  ['mish', { act_fn: 'mish', flip_sin_to_cos: false, freq_shift: 1 }],
  ['swish', { act_fn: 'swish' }],
  [
    'centred input, further channels',
    { in_channels: 3, extra_channels: 2, center_input_sample: true },
  ],
  ['no middle', { mid_block_type: null }],
  ['the logarithm of t', { time_embedding_type: 'fourier' }],
  ['learned times', { time_embedding_type: 'learned', num_train_timesteps: 1000 }],
  [
    'three levels',
    {
      block_out_channels: [8, 8, 16],
      layers_per_block: 2,
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
    },
  ],
]

const point: MlpConfig = {
  dim: 2,
  hidden: 16,
  layers: 3,
  time_embedding_dim: 8,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 3,
}
const mlps: [name: string, config: MlpConfig][] = [
  ['plain', point],
  ['every condition', { ...point, num_classes: 3, second_time: true, vector_dim: 3, extra_dim: 1 }],
  ['tanh, no Fourier features', { ...point, activation: 'tanh', fourier_features: 0 }],
]

const createUnet = (config: Partial<UnetConfig>) =>
  unet(unetConfig({ ...small, ...config, sample_size: 8 }), 'epsilon', createRandom(3), {
    zero_init: false,
  })

const dits: [name: string, config: Partial<DitConfig>][] = [
  ['labels', { num_embeds_ada_norm: 3 }],
  ['no labels', { num_embeds_ada_norm: 0 }],
  ['patches of 4 x 4, dropout', { num_embeds_ada_norm: 3, patch_size: 4, dropout: 0.2 }],
  ['other settings', { activation_fn: 'gelu', norm_elementwise_affine: true, out_channels: 2 }],
]
const createDit = (config: Partial<DitConfig>) =>
  dit(
    parseDitConfig({
      sample_size: 8,
      in_channels: 1,
      num_layers: 2,
      num_attention_heads: 2,
      attention_head_dim: 4,
      num_embeds_ada_norm: 2,
      ...config,
    }),
    'epsilon',
    createRandom(3),
    { zero_init: false, ...(config.out_channels && { variance: 'learned' }) },
  )

/** Reads the model that the opened nodes make. */
async function makeOpened(closed: Model) {
  const { nodes } = openModel(node('closed', 'UNet', {}, { seed: 3 }), closed)
  const { model } = await evaluate(nodes, { model: 'output.model' })
  return model as unknown as Omit<Model, 'weights'> & { weights: Record<string, unknown> }
}

onCpu(() => {
  describe('opened and unchanged is the closed model', () => {
    const models = [
      ...unets.map(([name, config]) => [`UNet: ${name}`, () => createUnet(config)] as const),
      ...dits.map(([name, config]) => [`DiT: ${name}`, () => createDit(config)] as const),
      ...mlps.map(
        ([name, config]) => [`MLP: ${name}`, () => mlp(config, 'sample', createRandom(3))] as const,
      ),
    ]
    test.each(models)('%s', async (_, create) => {
      const closed = create()
      const opened = await makeOpened(closed)
      expect(opened.kind).toBe(closed.kind)
      expect(opened.predicts).toBe(closed.predicts)
      expect(opened.config).toEqual(closed.config)
      expect(Object.keys(opened.weights)).toEqual(Object.keys(closed.weights))
      expect(opened.buffers).toEqual(closed.buffers)
      tf.dispose(collectTensors(closed))
    })
  })
})

/** The same network as a model of layers. */
const asLayers = (closed: Model, graph: LayerGraph): Model =>
  layersModel(inCanonicalOrder(graph), closed.predicts, createRandom(3), {
    variance: closed.variance,
    origin: { graph, weights: closed.weights, buffers: closed.buffers },
  })

const bits = async (model: Model, x: number[], condition?: Conditioning) => {
  const input = tf.tensor(createRandom(5).normal(x.reduce((a, b) => a * b)), x)
  const names = Object.keys(model.weights)
  const t = Float64Array.of(3, 500)
  const { value, grads } = differentiate(
    () => predict(model, input, t, condition).square().sum(),
    [input, ...names.map((name) => model.weights[name])],
  )
  const all = [value, ...grads.map((gradient) => gradient!)]
  const data = await Promise.all(all.map(async (tensor) => [...(await tensor.data())]))
  tf.dispose([input, ...all])
  return data
}

// Slow on webgpu: there, and on cpu, in the long tests.
onEachBackend(
  () => {
    test.each(unets)(
      'layers of a UNet (%s) have its weights, predictions and gradients, bit for bit',
      async (_, config) => {
        const closed = createUnet(config)
        const layers = asLayers(closed, unetGraph(closed.config as unknown as UnetConfig))
        expect(Object.keys(layers.weights)).toEqual(Object.keys(closed.weights))
        const condition = conditionOf(config)
        for (const training of [undefined, { seed: 1, step: 2 }]) {
          const [right, got] = [
            await bits({ ...closed, ...(training && { training }) }, [2, 8, 8, 1], condition),
            await bits({ ...layers, ...(training && { training }) }, [2, 8, 8, 1], condition),
          ]
          expect(got).toEqual(right)
        }
        tf.dispose(collectTensors([closed, condition]))
      },
    )

    test.each(dits)('layers of a DiT (%s) have its bits', async (_, config) => {
      const closed = createDit(config)
      const layers = asLayers(closed, ditGraph(closed.config as unknown as DitConfig))
      expect(Object.keys(layers.weights)).toEqual(Object.keys(closed.weights))
      for (const checkpointing of [false, true]) {
        const training = { seed: 1, step: 2, checkpointing }
        const [right, got] = [
          await bits({ ...closed, training }, [2, 8, 8, 1]),
          await bits({ ...layers, training }, [2, 8, 8, 1]),
        ]
        expect(got).toEqual(right)
      }
      tf.dispose(collectTensors(closed))
    })

    test.each(mlps)('layers of an MLP (%s) have its bits', async (_, config) => {
      const closed = mlp(config, 'sample', createRandom(3))
      const layers = asLayers(closed, mlpGraph(closed.config as unknown as MlpConfig))
      const condition: Conditioning | undefined = config.second_time
        ? {
            kind: 'joint',
            parts: [
              { kind: 'values', values: Float64Array.of(1, 2) },
              { kind: 'vectors', vectors: tf.ones([1, 3]) },
            ],
          }
        : undefined
      expect(await bits(layers, [2, 2], condition)).toEqual(await bits(closed, [2, 2], condition))
      tf.dispose(collectTensors([closed, condition]))
    })
  },
  process.env.FULL ? undefined : ['wasm'],
)

/** A condition for UNets that need one. */
function conditionOf({ class_embed_type: type }: Partial<UnetConfig>): Conditioning | undefined {
  if (type === 'timestep') return { kind: 'values', values: Float64Array.of(7, 9) }
  return type === 'identity' ? { kind: 'vectors', vectors: tf.ones([1, 32]) } : undefined
}
