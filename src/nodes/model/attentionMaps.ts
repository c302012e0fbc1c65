// Where a model looks.
import { conditioningOf } from '../../engine/models/condition.ts'
import { tokenMaps } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor4D } from '../../engine/tf.ts'
import { condition, defineNode, integer, model, optional, samples, timestep } from '../define.ts'

export const attentionMaps = defineNode({
  type: 'diffusion/AttentionMaps',
  category: 'model',
  summary:
    'Shows which token of a condition each place of a picture attends to while the model predicts: a picture for each token.',
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right)',
  source: 'Hertz et al. 2022, section 3',
  inputs: {
    model: model('with Attention of kind cross'),
    x_t: samples('noised data'),
    t: timestep('one per item, or one for all; not -1'),
    condition: optional(condition('the tokens; unwired: none')),
  },
  outputs: {
    maps: samples('[b n, h, w, 1], the n tokens of an item in turn: -1 is no share, 1 all of it; over tokens shares sum to 1'),
  },
  params: {
    resolution: integer(
      0,
      { min: 0, max: 4096 },
      'of the feature maps to look at; 0: the finest that attends. Their blocks are averaged',
    ),
  },
  run: ({ model, x_t, t, condition }, { resolution }) => {
    const found = tokenMaps(model, x_t.tensor, t, condition && conditioningOf(condition))
    const sides = [...found.keys()].sort((a, b) => b - a)
    const maps = found.get(resolution || sides[0]!)
    if (!maps) {
      throw new NodeError({
        param: 'resolution',
        message: `No block attends to tokens at ${resolution}, but at ${sides.join(', ')}.`,
        cure: 'Choose one of these, or 0 for the finest.',
      })
    }
    return { maps: { type: 'samples', tensor: eachToken(maps), space: 'image' } }
  },
})

/** Shares of `[b, h, w, n]` as pictures `[b n, h, w, 1]`. */
function eachToken(maps: Tensor4D) {
  const [b, h, w, n] = maps.shape
  const pictures = maps.transpose([0, 3, 1, 2]).reshape([b * n, h, w, 1])
  return pictures.mul(2).sub(1)
}
