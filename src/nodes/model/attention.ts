// Attention: kind, heads and resolutions of a UNet's attention.
import { NodeError } from '../../engine/messages/fault.ts'
import type {
  AttentionRule,
  CrossAttention,
} from '../../engine/models/kinds/unet/attentionRules.ts'
import { defineNode, param, slot } from '../define.ts'
import { parseIntegers } from './numbers.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const attention = defineNode({
  type: 'diffusion/Attention',
  category: 'model',
  summary:
    'Adds attention layers to a UNet at chosen resolutions: every pixel attends to all pixels, optionally also to the tokens of a condition, or to all pixels in linear time.',
  aliases: ['spatial attention', 'attn_resolutions'],
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right) v',
  source:
    'Vaswani et al. 2017, eq. 1; in a UNet for diffusion Ho et al. 2020, appendix B; cross-attention: Rombach et al. 2022, section 3.3; linear: Shen et al. 2021, section 3.2',
  inputs: {
    attention: slot.optional(
      slot.attention('Further attention at other resolutions, of another kind or with other heads'),
    ),
  },
  outputs: { attention: slot.attention('For UNet') },
  params: {
    kind: param.choice(['self', 'cross', 'linear'], 'Kind of attention', {
      self: 'Self-attention between pixels',
      cross:
        'Transformer block: self-attention, cross-attention to the tokens of a condition, and a feed-forward network',
      linear: 'Linear attention between pixels, for large images',
    }),
    resolutions: param.text(
      '4',
      'Side lengths of the feature maps with attention, in pixels, separated by commas: "8, 4". Empty: only the middle block',
    ),
    by: param.choice(['head_dim', 'heads'], 'How the channels are split into heads', {
      head_dim: 'By the channels per head',
      heads: 'By the number of heads',
    }),
    head_dim: param.when(
      'by',
      'head_dim',
      param.integer(8, { min: 1, max: 4096 }, 'Channels per head'),
    ),
    heads: param.when(
      'by',
      'heads',
      param.integer(4, { min: 1, max: 1024 }, 'Heads at each resolution'),
    ),
    mid_block: param.toggle(true, 'Also in the middle block'),
    tokens: param.when(
      'kind',
      'cross',
      param.choice(['labels', 'vectors', 'captions'], 'Form of the condition', {
        labels: 'Labels, embedded by a table that the model learns',
        vectors: 'Vectors, as PixelTokens outputs them',
        captions:
          'Words of captions, embedded by a table that the model learns; connect the data set of CaptionTokens to UNet',
      }),
    ),
    labels_per_item: param.when(
      'tokens',
      'labels',
      param.integer(1, { min: 1, max: 64 }, 'Labels per image, as many as LabelTokens outputs'),
    ),
    token_width: param.when(
      'tokens',
      'vectors',
      param.integer(
        0,
        { min: 0, max: 65536 },
        'Size of a vector, which a linear layer projects to cross_attention_dim; 0: vectors already have that size',
      ),
    ),
    cross_attention_dim: param.when(
      'kind',
      'cross',
      param.integer(32, { min: 1, max: 4096 }, 'Width of the tokens in cross-attention'),
    ),
    transformer_layers: param.advanced(
      param.when(
        'kind',
        'cross',
        param.integer(1, { min: 1, max: 16 }, 'Transformer blocks in each place'),
      ),
    ),
    use_linear_projection: param.advanced(
      param.when(
        'kind',
        'cross',
        param.toggle(
          false,
          'Linear layers instead of 1 x 1 convolutions around the transformer blocks; diffusers supports both',
        ),
      ),
    ),
  },
  run: ({ attention }, { kind, resolutions, by, head_dim, heads, mid_block, ...cross }) => {
    const places = {
      ...(by === 'heads' ? { heads } : { head_dim }),
      resolutions: parseIntegers(resolutions, 'resolutions', '8, 4'),
      mid_block,
    }
    if (!places.resolutions.length && !mid_block) {
      throw new NodeError({
        param: 'resolutions',
        message: modelNodeMessages.noAttention(),
        cure: modelNodeMessages.addResolution(),
      })
    }
    const rule: AttentionRule =
      kind === 'cross' ? { kind, ...places, ...createCrossAttention(cross) } : { kind, ...places }
    return { attention: { type: 'attention', rules: [...(attention?.rules ?? []), rule] } }
  },
})

interface CrossParams {
  tokens: 'labels' | 'vectors' | 'captions'
  labels_per_item: number
  token_width: number
  cross_attention_dim: number
  transformer_layers: number
  use_linear_projection: boolean
}

const createCrossAttention = ({
  tokens,
  labels_per_item,
  token_width,
  ...rest
}: CrossParams): CrossAttention => ({
  ...rest,
  tokens:
    tokens === 'labels'
      ? { from: 'labels', count: labels_per_item }
      : tokens === 'captions'
        ? { from: 'captions' }
        : { from: 'vectors', width: token_width || undefined },
})
