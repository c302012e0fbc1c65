// ClassGradient: gradient of a classifier's log probability with respect to x_t.
import { classGradient as computeClassGradient } from '../../engine/models/kinds/classifierGuided/classifierGuided.ts'
import { defineNode, slot } from '../define.ts'
import { checkClassifierLabels } from './classifierLabels.ts'

export const classGradient = defineNode({
  type: 'diffusion/ClassGradient',
  category: 'model',
  summary:
    "Gradient of a classifier's log-probability with respect to noisy images: how each pixel must change for the class to become more likely.",
  aliases: ['cond_fn', 'classifier gradient'],
  equation: '\\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, section 4',
  inputs: {
    classifier: slot.model('Classifier trained on noisy images, with `noised` on'),
    x_t: slot.samples('Noisy images'),
    t: slot.timestep('Timestep of x_t'),
    labels: slot.labels('Class y, one per image or one for all; -1: no class'),
  },
  outputs: { gradient: slot.samples('Gradient with the shape of x_t') },
  params: {},
  run: ({ classifier, x_t, t, labels: { labels } }) => {
    checkClassifierLabels(classifier, labels, x_t.tensor.shape[0])
    return {
      gradient: {
        type: 'samples',
        tensor: computeClassGradient(classifier, x_t.tensor, t.t, labels),
        space: x_t.space,
      },
    }
  },
})
