// ClassifierGuidedModel: wraps a model with classifier guidance.
import { isSameShape } from '../../engine/process/coefficients.ts'
import { classifierGuidedModel as makeGuided } from '../../engine/models/kinds/classifierGuided/classifierGuided.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { modelItemShape } from '../../engine/models/kinds/registry.ts'
import { classifierFacts } from '../../engine/models/kinds/classifier/facts.ts'

export const classifierGuidedModel = defineNode({
  type: 'diffusion/ClassifierGuidedModel',
  category: 'model',
  summary:
    'Model with classifier guidance built in: its predicted noise is shifted towards the requested class. The model itself needs no classes and is evaluated without a condition.',
  aliases: ['guided classifier model'],
  equation: '\\hat\\epsilon - w \\, \\sigma_t \\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, algorithm 2',
  inputs: {
    model: slot.model('Denoising model'),
    classifier: slot.model('Classifier trained on noisy images, with `noised` on'),
    schedule: slot.schedule('Schedule that the model was trained with'),
  },
  outputs: { model: slot.model('Guided model; its condition is the label for the classifier') },
  params: {
    scale: param.symbol(
      'w',
      param.real(
        1,
        { min: -100, max: 100, step: 0.1 },
        'Guidance scale w: 0 is no guidance; the paper uses 1 to 10',
      ),
    ),
  },
  staticOutputs: (_, { model }) => ({ model }),
  run: ({ model, classifier, schedule: { schedule } }, { scale }) => {
    const facts = classifierFacts(classifier)
    if (!facts?.noised) {
      throw new NodeError({
        slot: 'classifier',
        message: modelNodeMessages.noisyClassifier(),
        cure: modelNodeMessages.trainOnNoise(),
      })
    }
    const [shape, other] = [modelItemShape(model), facts.itemShape]
    if (!isSameShape(shape, other)) {
      throw new NodeError({
        slot: 'classifier',
        message: modelNodeMessages.classifierItems({ expected: shape, got: other }),
        cure: modelNodeMessages.sameData(),
      })
    }
    return { model: makeGuided(model, classifier, { scale, schedule }) }
  },
})
