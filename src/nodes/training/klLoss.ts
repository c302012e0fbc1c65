// KLLoss: keeps the latents of an autoencoder near a standard normal distribution.
import { klDivergence } from '../../engine/models/kinds/vae/autoencoder.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import type { Scalar } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

export const klLoss = defineNode({
  type: 'diffusion/KLLoss',
  title: 'KL Loss',
  category: 'training',
  summary:
    'Adds the divergence of the latents of an autoencoder from a standard normal distribution to its reconstruction loss: the negative evidence lower bound of a VAE.',
  aliases: ['vae regularization', 'kl penalty', 'kl weight'],
  equation:
    'L + \\lambda \\, \\tfrac{1}{2} \\sum \\left( \\mu^2 + \\sigma^2 - 1 - \\log \\sigma^2 \\right)',
  source: 'Kingma & Welling 2014, eq. 10; weight: Higgins et al. 2017, Rombach et al. 2022',
  inputs: {
    mean: slot.samples('Means, from Encode'),
    log_variance: slot.samples('Logarithms of the variances, from Encode'),
    loss: slot.optional(slot.loss('Loss to add to, from ReconstructionLoss')),
  },
  outputs: {
    loss: slot.loss('Sum of the loss and the weighted divergence'),
    kl: slot.number('Divergence in nats, the mean over the batch of the sum over each latent'),
  },
  params: {
    weight: param.symbol(
      '\\lambda',
      param.real(
        1e-4,
        { min: 0, max: 1000, step: 0.0001 },
        'λ: weight of the divergence. The reconstruction loss is a mean over pixels, so it is small',
      ),
    ),
  },
  run: ({ mean, log_variance, loss }, { weight }) => {
    checkShape(log_variance.tensor, mean.tensor, 'log_variance', 'mean')
    const kl: Scalar = klDivergence(mean.tensor, log_variance.tensor).mean()
    const weighted: Scalar = kl.mul(weight)
    return {
      loss: { type: 'loss', tensor: loss ? loss.tensor.add(weighted) : weighted },
      kl: { type: 'number', tensor: kl },
    }
  },
})
