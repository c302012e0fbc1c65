// ReconstructionLoss: the error of the images of an autoencoder.
import { meanError } from '../../engine/losses/index.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import { defineNode, slot } from '../define.ts'
import { errorParams } from './errorParams.ts'

export const reconstructionLoss = defineNode({
  type: 'diffusion/ReconstructionLoss',
  category: 'training',
  summary: 'Mean error between decoded images and the images that were encoded.',
  aliases: ['pixel loss', 'autoencoder loss'],
  equation: 'L = \\mathrm{mean} \\, |\\hat{x} - x|^2',
  source: 'Kingma & Welling 2014; Huber as in PyTorch, pseudo-Huber: Song & Dhariwal 2023',
  inputs: {
    x: slot.samples('Decoded images, from Decode'),
    target: slot.samples('The images that were encoded'),
  },
  outputs: { loss: slot.loss('Scalar loss') },
  params: errorParams,
  run: ({ x, target }, options) => {
    checkShape(x.tensor, target.tensor, 'x', 'target')
    return { loss: { type: 'loss', tensor: meanError(x.tensor, target.tensor, options) } }
  },
})
