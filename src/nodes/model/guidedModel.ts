// Classifier-free guidance around a model.
import { sameShape } from '../../engine/coefficients.ts'
import { guidedModel as makeGuided } from '../../engine/models/guided.ts'
import { hasNull } from '../../engine/models/condition.ts'
import { conditionOf, itemShapeOf } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Model } from '../../engine/values.ts'
import { defineNode, model, optional, real, symbol } from '../define.ts'
import { guidanceParams } from './guidanceParams.ts'

export const guidedModel = defineNode({
  type: 'diffusion/GuidedModel',
  category: 'model',
  summary:
    'A model with guidance built in: each Predict asks it with and without the condition, or a worse model too, and goes on from there.',
  equation: 'u + w \\, (c - u)',
  source: 'Ho & Salimans 2022, eq. 6; autoguidance: Karras et al. 2024, eq. 3; interval: Kynkäänniemi et al. 2024',
  inputs: {
    model: model('that knows classes or tokens, or with `worse` any'),
    worse: optional(
      model('smaller or less trained, to be guided away from (autoguidance); unwired: the model without the condition'),
    ),
  },
  outputs: { model: model('guided') },
  params: {
    scale: symbol(
      'w',
      real(2, { min: -100, max: 100, step: 0.1 }, 'w: 0 no condition, 1 no guidance, above 1 more of the condition'),
    ),
    ...guidanceParams,
  },
  foresees: (_, { model }) => ({ model }),
  run: ({ model, worse }, { scale, rescale, t_low: low, t_high: high }) => {
    if (worse) checkWorse(model, worse)
    else checkClasses(model)
    return { model: makeGuided(model, scale, { rescale, low, high, ...(worse && { worse }) }) }
  },
})

function checkClasses(model: Model) {
  const condition = conditionOf(model)
  if (condition && !hasNull(condition)) {
    throw new NodeError({
      slot: 'model',
      message:
        'This model is conditioned on numbers or vectors, and knows no prediction without: there is nothing to guide it away from.',
      cure: 'Take a model with class labels, trained with LabelDropout, or wire `worse`.',
    })
  }
  if (condition && (condition.kind !== 'labels' || condition.classes > 0)) return
  throw new NodeError({
    slot: 'model',
    message: 'This model was made without classes, so there is nothing to guide it by.',
    cure: 'Set `num_classes` of the model and train it with labels and LabelDropout, or wire `worse`.',
  })
}

/** The two have to speak of the same things in the same terms. */
function checkWorse(model: Model, worse: Model) {
  const [shape, other] = [itemShapeOf(model), itemShapeOf(worse)]
  if (!sameShape(shape, other)) {
    throw new NodeError({
      slot: 'worse',
      message: `Expected a model for items of shape [${shape}], as model is, got one for [${other}].`,
      cure: 'Make both for the same data.',
    })
  }
  if (worse.predicts === model.predicts) return
  throw new NodeError({
    slot: 'worse',
    message: `model predicts "${model.predicts}" and worse "${worse.predicts}": they cannot be taken from each other.`,
    cure: 'Set `predicts` of both to the same, and train them so.',
  })
}
