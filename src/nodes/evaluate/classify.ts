// Classify: class probabilities of a classifier.
import { classify as evaluate } from '../../engine/models/kinds/classifier/classifier.ts'
import { defineNode, logits as logitsSlot, model, optional, samples, timestep } from '../define.ts'

export const classify = defineNode({
  type: 'diffusion/Classify',
  category: 'evaluate',
  summary: "Evaluates a classifier: the logits of each image's class.",
  equation: 'p(y \\mid x) = \\mathrm{softmax}(\\mathrm{logits})_y',
  inputs: {
    model: model('Classifier; inside training, the model output of TrainingStart'),
    x: samples('Images; clean ones, unless the classifier was built for noisy ones'),
    t: optional(timestep('Timestep of noisy images')),
  },
  outputs: {
    logits: logitsSlot('Unnormalized log-probability of each class'),
    features: samples('Features of the last layer, [b, features]'),
  },
  params: {},
  run: ({ model, x, t }) => {
    const { logits, features } = evaluate(model, x.tensor, undefined, t?.t)
    return {
      logits: { type: 'logits', tensor: logits },
      features: { type: 'samples', tensor: features, space: 'latent' },
    }
  },
})
