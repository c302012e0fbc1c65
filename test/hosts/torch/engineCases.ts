// Networks of this engine with its numbers: closed, opened, wired by hand, and of ready workflows.
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { mapTensors } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import type { Value } from '../../../src/engine/plan/slotValues.ts'
import { classifier } from '../../../src/engine/models/kinds/classifier/classifier.ts'
import type { LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { jit } from '../../../src/engine/models/kinds/defined/jit.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { mlpGraph } from '../../../src/engine/models/kinds/mlp/graph.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { autoencoderKl, autoencoderTiny } from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { parseKlConfig } from '../../../src/engine/models/kinds/vae/klConfig.ts'
import { parseTinyConfig } from '../../../src/engine/models/kinds/vae/tinyConfig.ts'
import { wire } from '../../../src/engine/plan/graph.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { createAssets } from '../../../src/storage/assets.ts'
import { shippedInNode } from '../../../src/storage/shippedInNode.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import { createDit, createUnet, dits, mlps, point, unets } from '../../nodes/closedModels.ts'
import { datasets, readWorkflow, testGraph } from '../../readyWorkflows.ts'
import { engineCase, opened } from './networkCases.ts'
import type { NetworkCase } from './networkCases.ts'
import { graphOf } from './recordedLayers.ts'
import { createOwnModel } from '../../../src/engine/models/kinds/defined/create.ts'

const random = () => createRandom(5)

/** Times that the config can embed. */
const timesFor = ({ time_embedding_type: type }: Partial<UnetConfig>) =>
  type === 'fourier' ? [0.37, 12.5] : [17, 431]

export const variedUnets: [string, Partial<UnetConfig>][] = [
  ...unets,
  [
    'heads by level, two kinds of attention',
    {
      down_block_types: ['AttnDownBlock2D', 'CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D', 'AttnUpBlock2D'],
      mid_block_type: 'UNetMidBlock2DCrossAttn',
      cross_attention_dim: 12,
      transformer_layers_per_block: [1, 2],
      attention_head_dim: [2, 16, 8],
    },
  ],
  [
    'linear attention in some levels',
    {
      down_block_types: ['AttnDownBlock2D', 'LinearAttnDownBlock2D'],
      up_block_types: ['LinearAttnUpBlock2D', 'AttnUpBlock2D'],
      attention_head_dim: [2, 16, 8],
    },
  ],
  [
    'no attention',
    {
      down_block_types: ['DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D'],
      add_attention: false,
    },
  ],
  [
    'attention in the middle, a learned variance',
    {
      down_block_types: ['DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D'],
      attn_norm_num_groups: 2,
      out_channels: 2,
    },
  ],
  [
    'one level, images of other sides',
    {
      block_out_channels: [8],
      down_block_types: ['AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D'],
    },
  ],
]

export async function closed(): Promise<NetworkCase[]> {
  const cases: NetworkCase[] = []
  for (const [name, config] of variedUnets) {
    const times = timesFor(config)
    const model = () => createUnet(config)
    cases.push(await engineCase(`UNet: ${name}`, model(), { times }))
    const written = opened(unetGraph(unetConfig(model().config as unknown as UnetConfig)))
    cases.push(await engineCase(`UNet: ${name}, opened`, model(), { times, written }))
  }
  for (const [name, config] of mlps) {
    const model = () => mlp(config, 'epsilon', random())
    cases.push(await engineCase(`MLP: ${name}`, model()))
    const written = opened(mlpGraph(config))
    cases.push(await engineCase(`MLP: ${name}, opened`, model(), { written }))
  }
  const variance = { ...point, out_dim: 4 }
  cases.push(await engineCase('MLP: a learned variance', mlp(variance, 'epsilon', random())))
  for (const [name, config] of dits) cases.push(await engineCase(`DiT: ${name}`, createDit(config)))
  return cases
}

const images = { height: 8, width: 8, in_channels: 1, num_classes: 4, norm_num_groups: 4 }

export async function others(): Promise<NetworkCase[]> {
  const config = {
    ...images,
    block_out_channels: [8, 16],
    activation: 'relu',
    time_embedding_dim: 0,
  }
  const classifierOf = (time_embedding_dim: number) =>
    classifier({ ...config, activation: 'relu', time_embedding_dim }, random())
  const jitConfig = {
    height: 8,
    width: 8,
    channels: 2,
    patch_size: 2,
    bottleneck: 6,
    num_layers: 2,
    num_heads: 2,
    head_dim: 8,
    num_classes: 3,
  }
  const jitModel = createOwnModel(jit as never, jitConfig, random(), { predicts: 'sample' })
  const kl = parseKlConfig({
    block_out_channels: [8, 16],
    down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
    up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
    norm_num_groups: 4,
    layers_per_block: 2,
    mid_block_add_attention: false,
    act_fn: 'gelu',
  })
  const tiny = parseTinyConfig({
    encoder_block_out_channels: [8, 8],
    decoder_block_out_channels: [8, 8],
    num_encoder_blocks: [0, 2],
    num_decoder_blocks: [2, 1],
  })
  return [
    await engineCase('Classifier', classifierOf(0)),
    await engineCase('Classifier of noised images', classifierOf(8)),
    await engineCase('JiT', jitModel),
    await engineCase('AutoencoderKL', autoencoderKl(kl, random())),
    await engineCase('AutoencoderTiny', autoencoderTiny(tiny, random())),
    await engineCase('layers of every kind', layersModel(everyLayer(), 'epsilon', random())),
    await engineCase('layers of points', layersModel(pointLayers(), 'epsilon', random())),
  ]
}

/** Layers that no closed network has, on images. */
function everyLayer(): LayerGraph {
  return graphOf([8, 8, 3], (b, x) => {
    const emb = b.add('time_value', [b.source('time')])
    let h = b.add(
      'conv_transpose',
      [x],
      { out: 8, kernel: 4, stride: 2, pad: [1, 1, 1, 1], bias: true },
      'up',
    )
    h = b.add('avg_pool', [b.add('gelu', [h])], { size: 4 })
    h = b.add('layer_norm', [h], { eps: 1e-5, affine: true }, 'norm')
    h = b.add('channel_scale', [h], { start: 0.5 }, 'scale')
    h = b.linear(h, 'per_pixel', 8)
    h = b.conv(h, '0.in', 8, { kernel: 3, pad: [0, 2, 2, 0], groups: 2, bias: false })
    const tokens = b.add('softmax', [b.add('reshape', [h], { shape: [4, 32] })])
    const wide = b.add(
      'rms_norm',
      [b.add('reshape', [tokens], { shape: [2, 4, 16] })],
      { eps: 1e-6 },
      'rms',
    )
    const [a, c] = b.split(b.add('softmax', [wide]), 2)
    const joined = b.add('concat', [b.add('multiply', [a, c]), a])
    const small = b.conv(b.add('tanh', [joined]), 'lambda', 4, { kernel: 1 })
    const grouped = b.groupNorm(b.add('to_tokens', [small]), 'tokens_norm', 2, 1e-5)
    const shared = b.linear(b.linear(grouped, 'shared', 4), '=shared', 4)
    const image = b.add('to_image', [shared], { height: 2, width: 4 })
    const scaled = b.add('affine', [image], { scale: 0.5, shift: -1 })
    const vector = b.add('multiply', [
      b.linear(b.add('mean_pixels', [scaled]), 'head', 192),
      b.linear(emb, 'time', 192),
    ])
    const drawn = b.add('dropout', [b.add('relu', [vector])], { rate: 0.5 }, 'drop')
    const out = b.add('reshape', [drawn], { shape: [8, 8, 3] })
    return b.add('add', [
      x,
      b.add('quotient', [b.add('mish', [out]), b.add('affine', [emb], { scale: 1, shift: 2 })]),
    ])
  })
}

const pointLayers = (): LayerGraph =>
  graphOf([3], (b, x) => {
    const features = b.add('fourier_features', [x], { count: 2 })
    const h = b.groupNorm(b.linear(features, 'train_in', 8), 'norm', 2, 1e-5)
    const normed = b.layerNorm(b.add('divide', [h], { by: 4 }), undefined, 1e-6)
    return b.linear(b.add('gelu_tanh', [normed]), 'out', 3)
  })

/** Distributions of first weights, compilation and bfloat16. */
export async function started(): Promise<NetworkCase[]> {
  const digits = readGoldenModel('digits-model')
  const config = digits.config as unknown as UnetConfig
  tf.dispose(digits.weights)
  const options = { zeroInit: true, compile: true } as const
  return [
    await engineCase(
      'UNet that starts at zero',
      unet(config, 'epsilon', random(), { zero_init: true }),
      options,
    ),
    await engineCase('DiT that compiles', createDit({ attention_head_dim: 8 }), { compile: true }),
    await engineCase('layers that compile', createUnet({}), {
      written: opened(unetGraph(createUnet({}).config as unknown as UnetConfig)),
      compile: true,
    }),
  ]
}

/** Ready workflows by the titles or types of the nodes that make their networks. */
export const workflows = {
  'build-a-unet': 'ModelOutput',
  ablations: 'ModelOutput',
  'words-masked': 'TokenOutput',
  'digits-train': 'UNet',
  'dit-digits': 'DiT',
  'cross-attention': 'UNet',
  'self-conditioning': 'UNet',
  'learned-variance': 'UNet',
  'mean-flow': 'MLP',
  classifier: 'Classifier',
} as const

export async function ready(): Promise<NetworkCase[]> {
  const cases: NetworkCase[] = []
  for (const [name, type] of Object.entries(workflows)) {
    const graph = testGraph(readWorkflow(name))
    const { id, params } = graph.nodes.find(({ op }) => op === `diffusion/${type}`)!
    const { zero_init: zeroInit } = params as { zero_init?: boolean }
    const session = createSession({
      ops: opTable(nodes),
      assets: createAssets(datasets, datasets, shippedInNode()),
      onEvent: () => {},
    })
    const copy = (value: Value) => mapTensors(value, (tensor) => tf.keep(tensor.clone())) as Model
    const model = await session.compute(graph, wire(id, 'model'), copy)
    await session.dispose()
    cases.push(await engineCase(`${name}.json`, model, { ...(zeroInit && { zeroInit }) }))
  }
  return cases
}
