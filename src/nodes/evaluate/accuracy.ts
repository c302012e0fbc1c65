// How often a classifier is right.
import { accuracy as share } from '../../engine/classification.ts'
import type { Tensor2D } from '../../engine/tf.ts'
import { defineNode, labels, logits, number } from '../define.ts'

export const accuracy = defineNode({
  type: 'diffusion/Accuracy',
  category: 'evaluate',
  summary:
    'How often a classifier finds the class that it should: of real pictures it judges the classifier, of samples the sampler.',
  inputs: { logits: logits('from Classify'), labels: labels('the true classes, or those asked for; -1 does not count') },
  outputs: { accuracy: number('the share of right answers, 0 to 1') },
  params: {},
  run: ({ logits, labels }) => ({
    accuracy: { type: 'number', tensor: share(logits.tensor as Tensor2D, labels.labels) },
  }),
})
