// Which way a class lies.
import { classGradient as gradientOf } from '../../engine/models/classifierGuided.ts'
import { defineNode, labels, model, samples, timestep } from '../define.ts'
import { checkLabels } from './classifierLabels.ts'

export const classGradient = defineNode({
  type: 'diffusion/ClassGradient',
  category: 'model',
  summary:
    'Asks a classifier of noised pictures how each pixel would have to change for the picture to look more like its class.',
  equation: '\\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, section 4',
  inputs: {
    classifier: model('trained on noised pictures: Classifier with `noised` on'),
    x_t: samples('noised pictures'),
    t: timestep('of x_t'),
    labels: labels('y, one per picture or one for all; -1 for none'),
  },
  outputs: { gradient: samples('of the shape of x_t') },
  params: {},
  run: ({ classifier, x_t, t, labels: { labels } }) => {
    checkLabels(classifier, labels, x_t.tensor.shape[0]!)
    return { gradient: { type: 'samples', tensor: gradientOf(classifier, x_t.tensor, t.t, labels), space: x_t.space } }
  },
})
