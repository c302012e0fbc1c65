// Accuracy: the share of correctly classified items.
import { accuracy as share } from '../../engine/losses/classification.ts'
import type { Tensor2D } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'

export const accuracy = defineNode({
  type: 'diffusion/Accuracy',
  category: 'evaluate',
  summary:
    'Accuracy of a classifier: the share of images whose predicted class is the given label. On real images it evaluates the classifier, on samples the sampler.',
  aliases: ['top-1', 'classification accuracy'],
  inputs: {
    logits: slot.logits('Logits from Classify'),
    labels: slot.labels('True or requested classes; -1 is ignored'),
  },
  outputs: { accuracy: slot.number('Share of correct predictions, 0 to 1') },
  params: {},
  run: ({ logits, labels }) => ({
    accuracy: { type: 'number', tensor: share(logits.tensor as Tensor2D, labels.labels) },
  }),
})
