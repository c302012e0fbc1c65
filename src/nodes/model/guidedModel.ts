// Classifier-free guidance around a model.
import { guidedModel as makeGuided } from '../../engine/models/guided.ts'
import { classesOf } from '../../engine/models/predict.ts'
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
    if (classesOf(model) === 0) {
      throw new NodeError({
        slot: 'model',
        message: 'This model was made without classes, so there is nothing to guide it by.',
        cure: 'Set `num_classes` of the model and train it with labels and LabelDropout.',
      })
    }
    return { model: makeGuided(model, scale) }
  },
})
