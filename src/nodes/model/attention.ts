// Says where a UNet attends, how, and to what.
import { NodeError } from '../../engine/plan/fault.ts'
import type { AttentionRule, CrossAttention } from '../../engine/values.ts'
import { advanced, attention as attentionSlot, choice, defineNode, integer, optional, text, toggle, when } from '../define.ts'
import { numbersIn } from './numbers.ts'

export const attention = defineNode({
  type: 'diffusion/Attention',
  category: 'model',
  summary:
    'Lets a UNet look at the whole image at once, where it says: every pixel at every other, also at the tokens of a condition, or at a sum of all in linear time.',
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right) v',
  source:
    'Vaswani et al. 2017, eq. 1; in a UNet for diffusion Ho et al. 2020, appendix B; cross-attention: Rombach et al. 2022, section 3.3; linear: Shen et al. 2021, section 3.2',
  inputs: { attention: optional(attentionSlot('more of it, elsewhere, of another kind or with other heads')) },
  outputs: { attention: attentionSlot('for UNet') },
  params: {
    kind: choice(
      ['self', 'cross', 'linear'],
      'pixels to pixels; that, to the tokens of a condition, and a network a pixel (a transformer block); pixels to a sum of all, for large images',
    ),
    resolutions: text(
      '4',
      'sides of the feature maps to attend at, in pixels, with commas between: "8, 4"; none: the middle alone',
    ),
    by: choice(['head_dim', 'heads'], 'how the channels are split into heads: by the size of a head, or by how many there are'),
    head_dim: when('by', 'head_dim', integer(8, { min: 1, max: 4096 }, 'channels a head')),
    heads: when('by', 'heads', integer(4, { min: 1, max: 1024 }, 'heads at each resolution')),
    mid_block: toggle(true, 'in the middle block as well'),
    tokens: when(
      'kind',
      'cross',
      choice(
        ['labels', 'vectors'],
        'what a condition is: labels, looked up in a table that the model learns, or vectors as they come, from PixelTokens',
      ),
    ),
    labels_per_item: when('tokens', 'labels', integer(1, { min: 1, max: 64 }, 'labels a picture: as many as LabelTokens gives')),
    token_width: when(
      'tokens',
      'vectors',
      integer(0, { min: 0, max: 65536 }, 'numbers of a vector; a layer brings them to cross_attention_dim. 0: they have it'),
    ),
    cross_attention_dim: when('kind', 'cross', integer(32, { min: 1, max: 4096 }, 'width of the tokens that the blocks see')),
    transformer_layers: advanced(when('kind', 'cross', integer(1, { min: 1, max: 16 }, 'transformer blocks in each place'))),
    use_linear_projection: advanced(
      when(
        'kind',
        'cross',
        toggle(false, 'linear layers around the transformer blocks rather than 1 x 1 convolutions; as diffusers has both'),
      ),
    ),
  },
  run: ({ attention }, { kind, resolutions, by, head_dim, heads, mid_block, ...cross }) => {
    const places = {
      ...(by === 'heads' ? { heads } : { head_dim }),
      resolutions: numbersIn(resolutions, 'resolutions', '8, 4'),
      mid_block,
    }
    if (!places.resolutions.length && !mid_block) {
      throw new NodeError({
        param: 'resolutions',
        message: 'No resolution is given, and mid_block is off: there would be no attention anywhere.',
        cure: 'Give a resolution, such as 4, or leave the node out.',
      })
    }
    const rule: AttentionRule = kind === 'cross' ? { kind, ...places, ...crossing(cross) } : { kind, ...places }
    return { attention: { type: 'attention', rules: [...(attention?.rules ?? []), rule] } }
  },
})

interface CrossParams {
  tokens: 'labels' | 'vectors'
  labels_per_item: number
  token_width: number
  cross_attention_dim: number
  transformer_layers: number
  use_linear_projection: boolean
}

const crossing = ({ tokens, labels_per_item, token_width, ...rest }: CrossParams): CrossAttention => ({
  ...rest,
  tokens: tokens === 'labels' ? { from: 'labels', count: labels_per_item } : { from: 'vectors', width: token_width || undefined },
})
