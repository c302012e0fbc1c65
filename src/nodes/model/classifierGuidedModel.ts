// Classifier guidance around a model.
import { sameShape } from '../../engine/coefficients.ts'
import { classifierGuidedModel as makeGuided } from '../../engine/models/classifierGuided.ts'
import { itemShapeOf } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { defineNode, model, real, schedule, symbol } from '../define.ts'

export const classifierGuidedModel = defineNode({
  type: 'diffusion/ClassifierGuidedModel',
  category: 'model',
  summary:
    'A model that a classifier guides: its noise is bent towards the class asked for. The model itself need not know classes, and is asked without.',
  equation: '\\hat\\epsilon - w \\, \\sigma_t \\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, algorithm 2',
  inputs: {
    model: model('a denoiser'),
    classifier: model('trained on noised pictures: Classifier with `noised` on'),
    schedule: schedule('the one the model was trained with'),
  },
  outputs: { model: model('guided; its condition are the labels of the classifier') },
  params: { scale: symbol('w', real(1, { min: -100, max: 100, step: 0.1 }, 'w: 0 no guidance; the paper takes 1 to 10')) },
  foresees: (_, { model }) => ({ model }),
  run: ({ model, classifier, schedule: { schedule } }, { scale }) => {
    const knowsTime = classifier.kind === 'classifier' && (classifier.config.time_embedding_dim as number) > 0
    if (!knowsTime) {
      throw new NodeError({
        slot: 'classifier',
        message: 'Expected a classifier of noised pictures, which is told their t.',
        cure: 'Switch `noised` of Classifier on, and train it on what ForwardNoise makes, with t wired to Classify.',
      })
    }
    const [shape, other] = [itemShapeOf(model), itemShapeOf(classifier)]
    if (!sameShape(shape, other)) {
      throw new NodeError({
        slot: 'classifier',
        message: `Expected a classifier of items of shape [${shape}], as model is for, got one for [${other}].`,
        cure: 'Make both for the same data.',
      })
    }
    return { model: makeGuided(model, classifier, { scale, schedule }) }
  },
})
