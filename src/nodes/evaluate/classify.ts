// Classify: class probabilities of a classifier.
import { classify as evaluate } from '../../engine/models/kinds/classifier/classifier.ts'
import { defineNode, slot } from '../define.ts'

export const classify = defineNode({
  type: 'diffusion/Classify',
  category: 'evaluate',
  summary: "Evaluates a classifier: the logits of each image's class.",
  aliases: ['logits', 'argmax'],
  equation: 'p(y \\mid x) = \\mathrm{softmax}(\\mathrm{logits})_y',
  inputs: {
    model: slot.model('Classifier; inside training, the model output of TrainingStart'),
    x: slot.samples('Images; clean ones, unless the classifier was built for noisy ones'),
    t: slot.optional(slot.timestep('Timestep of noisy images')),
  },
  outputs: {
    logits: slot.logits('Unnormalized log-probability of each class'),
    features: slot.samples('Features of the last layer, [b, features]'),
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
