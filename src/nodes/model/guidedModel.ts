// Classifier-free guidance around a model.
import { guidedModel as makeGuided } from '../../engine/models/guided.ts'
import { conditionOf } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { defineNode, model, real } from '../define.ts'

export const guidedModel = defineNode({
  type: 'diffusion/GuidedModel',
  category: 'model',
  summary: 'A model with guidance built in: each Predict asks it with and without the condition, and joins the answers.',
  equation: 'u + w \\, (c - u)',
  source: 'Ho & Salimans 2022, eq. 6',
  inputs: { model: model('that knows classes') },
  outputs: { model: model('guided') },
  params: {
    scale: real(2, { min: -100, max: 100, step: 0.1 }, 'w: 0 no condition, 1 no guidance, above 1 more of the condition'),
  },
  run: ({ model }, { scale }) => {
    const condition = conditionOf(model)
    if (condition && condition.kind !== 'labels') {
      throw new NodeError({
        slot: 'model',
        message:
          'This model is conditioned on numbers or vectors, and knows no prediction without: there is nothing to guide it away from.',
        cure: 'Take a model with class labels, trained with LabelDropout.',
      })
    }
    if (!condition?.classes) {
      throw new NodeError({
        slot: 'model',
        message: 'This model was made without classes, so there is nothing to guide it by.',
        cure: 'Set `num_classes` of the model and train it with labels and LabelDropout.',
      })
    }
    return { model: makeGuided(model, scale) }
  },
})
