// AttentionMaps: attention weights of a model as images.
import { toConditioning } from '../../engine/models/condition.ts'
import { tokenMaps } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/base/fault.ts'
import type { Tensor4D } from '../../engine/base/tf.ts'
import { condition, defineNode, integer, model, optional, samples, timestep } from '../define.ts'
import { modelNodeMessages } from '../messages/modelNodes.ts'

export const attentionMaps = defineNode({
  type: 'diffusion/AttentionMaps',
  category: 'model',
  summary:
    'Cross-attention maps of a prediction: for each token of the condition, an image of how strongly each position attends to it.',
  equation: '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right)',
  source: 'Hertz et al. 2022, section 3',
  inputs: {
    model: model('Model with Attention of kind cross'),
    x_t: samples('Noisy data'),
    t: timestep('One per item, or one for all items; not -1'),
    condition: optional(condition('Tokens; none if not connected')),
  },
  outputs: {
    maps: samples(
      '[b n, h, w, 1], the n tokens of an item in turn: -1 is weight 0, 1 is weight 1. The weights of all tokens sum to 1',
    ),
  },
  params: {
    resolution: integer(
      0,
      { min: 0, max: 4096 },
      'Resolution of the feature maps; 0: the highest with attention. Averages the blocks at this resolution',
    ),
  },
  run: ({ model, x_t, t, condition }, { resolution }) => {
    const found = tokenMaps(model, x_t.tensor, t, condition && toConditioning(condition))
    const sides = [...found.keys()].sort((a, b) => b - a)
    const maps = found.get(resolution || sides[0])
    if (!maps) {
      throw new NodeError({
        param: 'resolution',
        message: modelNodeMessages.noTokensAt({ resolution, sides: sides.join(', ') }),
        cure: modelNodeMessages.chooseResolution(),
      })
    }
    return { maps: { type: 'samples', tensor: toTokenImages(maps), space: 'image' } }
  },
})

/** Reshapes weights `[b, h, w, n]` into images `[b n, h, w, 1]`. */
function toTokenImages(maps: Tensor4D) {
  const [b, h, w, n] = maps.shape
  const pictures = maps.transpose([0, 3, 1, 2]).reshape([b * n, h, w, 1])
  return pictures.mul(2).sub(1)
}
