// Costs of single layers by operation, counted by hand, and sizes of networks.
import { describe, expect, test } from 'vitest'
import type { Size } from '../../../src/engine/models/cost.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import { GraphView } from '../../../src/engine/models/graph/analysis.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import type { Feature } from '../../../src/engine/models/graph/layer.ts'
import { layerCosts } from '../../../src/engine/models/graph/costs.ts'
import { networkSize } from '../../../src/engine/models/graph/networkSize.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { parseUnetConfig, unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { readConditionConfig } from '../../../src/engine/models/kinds/unet/diffusers.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'
import { goldenJson } from '../../goldenTensors.ts'

const golden = (name: string) => parseUnetConfig(goldenJson(`unet/${name}/config`))

const attending = unetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  down_block_types: ['LinearAttnDownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 4,
})

const size = (parameters: number, flops: number, saved: number, checkpointed: number): Size => ({
  parameters,
  flops,
  saved,
  checkpointed,
})

/** Sizes as formulas of whole blocks gave them, apart from the list of layers. */
const unets: [name: string, config: UnetConfig, tokens: number | undefined, size: Size][] = [
  ['DDPM', golden('a_ddpm_style'), undefined, size(702_499, 32_514_048, 95_968, 44_256)],
  ['classes', golden('b_class_cond'), undefined, size(177_489, 8_176_896, 51_546, 22_106)],
  ['scale and shift', golden('c_scale_shift'), undefined, size(69_177, 2_967_040, 37_320, 13_128)],
  [
    'residual resampling',
    golden('d_resnet_updown_3lvl'),
    undefined,
    size(71_913, 8_942_080, 141_704, 50_568),
  ],
  ['logarithm of t', golden('fourier_6to3'), undefined, size(45_739, 2_150_912, 26_128, 11_408)],
  ['learned times', golden('learned_4to1'), undefined, size(45_585, 2_113_536, 25_992, 11_272)],
  ['attention', attending, undefined, size(45_273, 2_126_848, 30_952, 11_592)],
  [
    'tokens',
    readConditionConfig(goldenJson('unet/g_cross_attention_cond/config')),
    5,
    size(51_074, 3_014_912, 93_664, 30_592),
  ],
  [
    'attention maps',
    readConditionConfig(goldenJson('unet/attention_maps_a/config')),
    3,
    size(51_364, 3_034_880, 92_784, 30_416),
  ],
]

describe('the size', () => {
  test.each(unets)('of a UNet: %s', (_, config, tokens, expected) => {
    expect(networkSize(unetGraph(config), tokens)).toEqual(expected)
  })

  test.each([
    ['dit_a', size(19_904, 271_040, 12_918, 7_702)],
    ['dit_b_learned_sigma', size(20_176, 279_232, 12_918, 7_702)],
    ['dit_c_other_sizes', size(19_776, 151_200, 8_623, 3_985)],
  ])('of a DiT: %s', (name, expected) => {
    const config = parseDitConfig(goldenJson(`dit/${name}/config`))
    expect(networkSize(ditGraph(config))).toEqual(expected)
  })
})

/** The costs of the layers that `build` adds to an image of 4 x 6 pixels and 8 channels. */
function costsOf(build: (b: GraphBuilder, x: Feature) => Feature, tokens?: number) {
  const b = new GraphBuilder()
  const graph = b.graph({ predict: build(b, b.source('x', { shape: [4, 6, 8] })) })
  return layerCosts(new GraphView(graph), tokens)
    .filter(({ op }) => op !== 'x')
    .map(({ name, parameters, macs, saved }) => [name, parameters, macs, saved])
}

describe('a layer', () => {
  test.each<[string, (b: GraphBuilder, x: Feature) => Feature, unknown[]]>([
    ['convolution', (b, x) => b.conv(x, 'c', 3), [['c', 9 * 8 * 3 + 3, 24 * 9 * 8 * 3, 24 * 8]]],
    [
      'convolution with stride 2 and groups',
      (b, x) => b.conv(x, 'c', 4, { stride: 2, groups: 2, bias: false }),
      [['c', 9 * 4 * 4, 6 * 9 * 4 * 4, 24 * 8]],
    ],
    [
      'transposed convolution',
      (b, x) =>
        b.add(
          'conv_transpose',
          [x],
          { out: 3, kernel: 2, stride: 2, pad: [0, 0, 0, 0], bias: true },
          'c',
        ),
      [['c', 4 * 8 * 3 + 3, 24 * 4 * 8 * 3, 24 * 8]],
    ],
    [
      'linear layers of one input, which is saved once',
      (b, x) => b.add('add', [b.linear(x, 'a', 5), b.linear(x, 'b', 5, false)]),
      [
        ['a', 8 * 5 + 5, 24 * 8 * 5, 24 * 8],
        ['b', 8 * 5, 24 * 8 * 5, 0],
        ['b:add', 0, 0, 0],
      ],
    ],
    [
      'norm and activation, which save one input',
      (b, x) => b.add('silu', [b.groupNorm(x, 'n', 2, 1e-5)]),
      [
        ['n', 16, 0, 24 * 8],
        ['n:silu', 0, 0, 0],
      ],
    ],
    [
      'attention of two heads',
      (b, x) => {
        const tokens = b.add('to_tokens', [x])
        return b.add('attention', [tokens, tokens, tokens], { heads: 2 })
      },
      [
        ['x:to_tokens', 0, 0, 0],
        ['x:attention', 0, 2 * 24 * 24 * 8, 24 * 8 + 2 * 24 * 24],
      ],
    ],
    [
      'linear attention of two heads',
      (b, x) => {
        const tokens = b.add('to_tokens', [x])
        return b.add('linear_attention', [tokens, tokens, tokens], { heads: 2 })
      },
      [
        ['x:to_tokens', 0, 0, 0],
        ['x:linear_attention', 0, 2 * 24 * 8 * 4, 24 * 8 + 32],
      ],
    ],
    [
      'lookup of labels',
      (b, x) => {
        const labels = b.source('labels', { per_item: 1 })
        return b.add('add', [x, b.add('label_embedding', [labels], { rows: 5, width: 8 }, 'l')])
      },
      [
        ['labels', 0, 0, 0],
        ['l', 40, 40, 5],
        ['x:add', 0, 0, 0],
      ],
    ],
  ])('%s', (_, build, expected) => {
    expect(costsOf(build)).toEqual(expected)
  })

  test('of tokens of any number counts the given number', () => {
    const build = (b: GraphBuilder, x: Feature) => {
      const tokens = b.linear(b.source('tokens', { width: 3 }), 'w', 8)
      return b.add('attention', [b.add('to_tokens', [x]), tokens, tokens], { heads: 1 })
    }
    expect(costsOf(build, 7)).toEqual([
      ['tokens', 0, 0, 0],
      ['w', 32, 7 * 24, 7 * 3],
      ['x:to_tokens', 0, 0, 0],
      ['x:attention', 0, 2 * 24 * 7 * 8, 24 * 8 + 7 * 8 + 24 * 7],
    ])
  })
})
