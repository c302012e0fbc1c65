// Recorded layers and blocks of diffusers as graphs of layers.
import {
  attentionLayers,
  pixelAttentionLayers,
} from '../../../src/engine/models/graph/blocks/attention.ts'
import {
  downsampleLayers,
  upsampleLayers,
} from '../../../src/engine/models/graph/blocks/resample.ts'
import { residualLayers } from '../../../src/engine/models/graph/blocks/residual.ts'
import type { ResidualSettings } from '../../../src/engine/models/graph/blocks/residual.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import type { Feature, LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { goldenLayer } from './networkCases.ts'
import type { NetworkCase } from './networkCases.ts'

/** A graph of layers of one image. */
export function graphOf(
  shape: number[],
  build: (b: GraphBuilder, x: Feature) => Feature,
): LayerGraph {
  const b = new GraphBuilder()
  return b.graph({ predict: build(b, b.source('x', { shape })) })
}

const residual: ResidualSettings = {
  out: 8,
  groups: 4,
  eps: 1e-6,
  activation: 'silu',
  timeScaleShift: 'default',
  dropout: 0,
}
const residualGraph = (settings: Partial<ResidualSettings>) =>
  graphOf([4, 4, 8], (b, x) =>
    residualLayers(b, x, b.source('vectors', { width: 16 }), 'block', { ...residual, ...settings }),
  )
const inBlock = (part: string) => `block.${part}`
const timed = { x: 'x', temb: 'vectors' }

export const recordedLayers = (): NetworkCase[] => [
  goldenLayer(
    'layers/layers',
    'group_norm',
    graphOf([4, 4, 8], (b, x) => b.groupNorm(x, 'block', 4, 1e-6)),
    { x: 'x' },
    inBlock,
  ),
  goldenLayer(
    'layers/layers',
    'conv3x3',
    graphOf([6, 6, 3], (b, x) => b.conv(x, 'block', 5)),
    { x: 'x' },
    inBlock,
  ),
  ...([0, 1] as const).map((padding) =>
    goldenLayer(
      'layers/layers',
      `downsample_pad${padding}`,
      graphOf([6, 6, 4], (b, x) => downsampleLayers(b, x, 'block', 4, padding)),
      { x: 'x' },
      (part) => part.replace('Conv2d_0', 'block'),
    ),
  ),
  goldenLayer(
    'layers/layers',
    'upsample',
    graphOf([3, 3, 4], (b, x) => upsampleLayers(b, x, 'block.conv', 4)),
    { x: 'x' },
    inBlock,
  ),
  goldenLayer(
    'layers/layers',
    'time_mlp',
    graphOf([8], (b, x) =>
      b.linear(b.add('silu', [b.linear(x, 'block.linear_1', 32)]), 'block.linear_2', 32),
    ),
    { x: 'x' },
    inBlock,
  ),
  goldenLayer(
    'layers/layers',
    'cross_attention',
    graphOf([9, 16], (b, x) =>
      attentionLayers(b, x, b.source('tokens', { width: 10 }), 'block', { heads: 2, bias: false }),
    ),
    { x: 'x', ctx: 'tokens' },
    inBlock,
  ),
  goldenLayer(
    'unet/blocks',
    'self_attention',
    graphOf([4, 4, 16], (b, x) =>
      pixelAttentionLayers(b, x, 'block', { kind: 'attention', heads: 2, groups: 4, eps: 1e-6 }),
    ),
    { x: 'x' },
    inBlock,
  ),
  goldenLayer('unet/blocks', 'resnet_default', residualGraph({ out: 12 }), timed, inBlock),
  goldenLayer(
    'unet/blocks',
    'resnet_scale_shift',
    residualGraph({ timeScaleShift: 'scale_shift' }),
    timed,
    inBlock,
  ),
  goldenLayer('unet/blocks', 'resnet_down', residualGraph({ resample: 'down' }), timed, inBlock),
  goldenLayer('unet/blocks', 'resnet_up', residualGraph({ resample: 'up' }), timed, inBlock),
]
