// Classifier-free guidance by hand: joins two predictions.
import { guide } from '../../engine/models/guided.ts'
import { defineNode, prediction, real } from '../define.ts'
import { checkAlike } from '../predictions.ts'

export const guidance = defineNode({
  type: 'diffusion/Guidance',
  category: 'model',
  summary: 'Goes from what a model predicts without a condition past what it predicts with one: classifier-free guidance.',
  equation: 'u + w \\, (c - u)',
  source: 'Ho & Salimans 2022, eq. 6',
  inputs: {
    conditional: prediction('c, from Predict with a condition'),
    unconditional: prediction('u, from Predict without'),
  },
  outputs: { prediction: prediction('guided') },
  params: {
    scale: real(2, { min: -100, max: 100, step: 0.1 }, 'w: 0 no condition, 1 no guidance, above 1 more of the condition'),
  },
  run: ({ conditional, unconditional }, { scale }) => {
    checkAlike(conditional, unconditional, ['conditional', 'unconditional'])
    return { prediction: { ...conditional, tensor: guide(conditional.tensor, unconditional.tensor, scale) } }
  },
})
