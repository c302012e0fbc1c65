// Asks a classifier.
import { classify as evaluate } from '../../engine/models/classifier.ts'
import { defineNode, logits as logitsSlot, model, optional, samples, timestep } from '../define.ts'

export const classify = defineNode({
  type: 'diffusion/Classify',
  category: 'evaluate',
  summary: 'Asks a classifier which class each picture is of.',
  equation: 'p(y \\mid x) = \\mathrm{softmax}(\\mathrm{logits})_y',
  inputs: {
    model: model('a Classifier; in training, the each model of TrainingStart'),
    x: samples('pictures; clean ones, unless the classifier was made for noised ones'),
    t: optional(timestep('of noised pictures')),
  },
  outputs: {
    logits: logitsSlot('for each class, how much speaks for it'),
    features: samples('what the last layer sees of each picture, [b, features]'),
  },
  params: {},
  run: ({ model, x, t }) => {
    const { logits, features } = evaluate(model, x.tensor, undefined, t?.t)
    return { logits: { type: 'logits', tensor: logits }, features: { type: 'samples', tensor: features, space: 'latent' } }
  },
})
