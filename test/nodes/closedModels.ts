// Closed models with many configs, for tests of opening.
import { createRandom } from '../../src/engine/base/random.ts'
import type { DitConfig } from '../../src/engine/models/kinds/dit/config.ts'
import { parseDitConfig } from '../../src/engine/models/kinds/dit/config.ts'
import { dit } from '../../src/engine/models/kinds/dit/dit.ts'
import { unetConfig, type UnetConfig } from '../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../src/engine/models/kinds/unet/init.ts'
import type { MlpConfig } from '../../src/engine/models/kinds/mlp/config.ts'

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

export const unets: [name: string, config: Partial<UnetConfig>][] = [
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

export const point: MlpConfig = {
  dim: 2,
  hidden: 16,
  layers: 3,
  time_embedding_dim: 8,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 3,
}
export const mlps: [name: string, config: MlpConfig][] = [
  ['plain', point],
  ['every condition', { ...point, num_classes: 3, second_time: true, vector_dim: 3, extra_dim: 1 }],
  ['tanh, no Fourier features', { ...point, activation: 'tanh', fourier_features: 0 }],
]

export const createUnet = (config: Partial<UnetConfig>) =>
  unet(unetConfig({ ...small, ...config, sample_size: 8 }), 'epsilon', createRandom(3), {
    zero_init: false,
  })

export const dits: [name: string, config: Partial<DitConfig>][] = [
  ['labels', { num_embeds_ada_norm: 3 }],
  ['no labels', { num_embeds_ada_norm: 0 }],
  ['patches of 4 x 4, dropout', { num_embeds_ada_norm: 3, patch_size: 4, dropout: 0.2 }],
  ['other settings', { activation_fn: 'gelu', norm_elementwise_affine: true, out_channels: 2 }],
]
export const createDit = (config: Partial<DitConfig>) =>
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
