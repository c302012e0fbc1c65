// CrossEntropy: the loss of a classifier.
import { crossEntropy as meanCrossEntropy } from '../../engine/losses/classification.ts'
import type { Tensor2D } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'

export const crossEntropy = defineNode({
  type: 'diffusion/CrossEntropy',
  category: 'evaluate',
  summary:
    "Mean cross-entropy of a classifier's logits and the true classes, the loss to train it with.",
  aliases: ['ce loss', 'CrossEntropyLoss', 'nll_loss'],
  equation: 'L = -\\frac{1}{B} \\sum_i \\log p(y_i \\mid x_i)',
  source: 'As in PyTorch',
  inputs: {
    logits: slot.logits('Logits from Classify'),
    labels: slot.labels('True classes; -1 is ignored'),
  },
  outputs: { loss: slot.loss('Scalar loss; log(classes) for random guesses') },
  params: {},
  run: ({ logits, labels }) => ({
    loss: { type: 'loss', tensor: meanCrossEntropy(logits.tensor as Tensor2D, labels.labels) },
  }),
})
