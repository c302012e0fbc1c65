// How wrong a classifier is, as a loss.
import { crossEntropy as meanCrossEntropy } from '../../engine/classification.ts'
import type { Tensor2D } from '../../engine/tf.ts'
import { defineNode, labels, logits, loss } from '../define.ts'

export const crossEntropy = defineNode({
  type: 'diffusion/CrossEntropy',
  category: 'evaluate',
  summary: 'How surprised a classifier is by the true classes, on average: the loss that trains it.',
  equation: 'L = -\\frac{1}{B} \\sum_i \\log p(y_i \\mid x_i)',
  source: 'As in PyTorch',
  inputs: { logits: logits('from Classify'), labels: labels('the true classes; -1 does not count') },
  outputs: { loss: loss('one number; log(classes) for a guess') },
  params: {},
  run: ({ logits, labels }) => ({
    loss: { type: 'loss', tensor: meanCrossEntropy(logits.tensor as Tensor2D, labels.labels) },
  }),
})
