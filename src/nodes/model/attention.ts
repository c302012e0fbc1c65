// Says where a UNet attends, and how.
import { NodeError } from '../../engine/plan/fault.ts'
import type { AttentionRule } from '../../engine/values.ts'
import { attention as attentionSlot, choice, defineNode, integer, optional, text, toggle, when } from '../define.ts'
import { numbersIn } from './numbers.ts'

export const attention = defineNode({
  type: 'diffusion/Attention',
  category: 'model',
  summary: 'Lets a UNet look at the whole image at once: at these resolutions every pixel is compared with every other.',
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right) v',
  source: 'Vaswani et al. 2017, eq. 1; in a UNet for diffusion Ho et al. 2020, appendix B',
  inputs: { attention: optional(attentionSlot('more of it, elsewhere or with other heads')) },
  outputs: { attention: attentionSlot('for UNet') },
  params: {
    resolutions: text(
      '4',
      'sides of the feature maps to attend at, in pixels, with commas between: "8, 4"; none: the middle alone',
    ),
    by: choice(['head_dim', 'heads'], 'how the channels are split into heads: by the size of a head, or by how many there are'),
    head_dim: when('by', 'head_dim', integer(8, { min: 1, max: 4096 }, 'channels a head')),
    heads: when('by', 'heads', integer(4, { min: 1, max: 1024 }, 'heads at each resolution')),
    mid_block: toggle(true, 'in the middle block as well'),
  },
  run: ({ attention }, { resolutions, by, head_dim, heads, mid_block }) => {
    const rule: AttentionRule = {
      kind: 'self',
      ...(by === 'heads' ? { heads } : { head_dim }),
      resolutions: numbersIn(resolutions, 'resolutions', '8, 4'),
      mid_block,
    }
    if (!rule.resolutions.length && !mid_block) {
      throw new NodeError({
        param: 'resolutions',
        message: 'No resolution is given, and mid_block is off: there would be no attention anywhere.',
        cure: 'Give a resolution, such as 4, or leave the node out.',
      })
    }
    return { attention: { type: 'attention', rules: [...(attention?.rules ?? []), rule] } }
  },
})
