// KL: divergence between two Gaussians.
import { checkShape } from '../../engine/process/coefficients.ts'
import { gaussianKl } from '../../engine/losses/index.ts'
import type { Scalar, Tensor } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

/** Lower limit on variances. The variance of the posterior is 0 at t = 0. */
const MIN_VARIANCE = 1e-20

export const kl = defineNode({
  type: 'diffusion/KL',
  title: 'KL Divergence',
  category: 'training',
  summary:
    'Kullback-Leibler divergence of two Gaussians q and p in closed form. With Posterior as q and ReverseProcess as p it is a term of the variational bound.',
  aliases: ['kl', 'kullback-leibler', 'relative entropy', 'kl_div'],
  equation:
    'D_{KL}(q \\| p) = \\tfrac{1}{2} \\left( \\log \\frac{\\sigma_p^2}{\\sigma_q^2} + \\frac{\\sigma_q^2 + (\\mu_q - \\mu_p)^2}{\\sigma_p^2} - 1 \\right)',
  source: 'Ho et al. 2020, eq. 5',
  inputs: {
    mean_q: slot.samples('Mean of q'),
    variance_q: slot.samples('Variance of each element'),
    mean_p: slot.samples('Mean of p'),
    variance_p: slot.samples('Variance of each element'),
  },
  outputs: { kl: slot.loss('Mean over all elements') },
  params: {
    unit: param.choice(['bits', 'nats'], 'Unit of the result', {
      bits: 'Bits per dimension (base-2 logarithm)',
      nats: 'Nats (natural logarithm)',
    }),
  },
  run: ({ mean_q, variance_q, mean_p, variance_p }, { unit }) => {
    for (const [slot, other] of Object.entries({ variance_q, mean_p, variance_p })) {
      checkShape(other.tensor, mean_q.tensor, slot, 'mean_q')
    }
    const gaussian = (mean: Tensor, variance: Tensor) => ({
      mean,
      logVariance: variance.maximum(MIN_VARIANCE).log(),
    })
    const nats = gaussianKl(
      gaussian(mean_q.tensor, variance_q.tensor),
      gaussian(mean_p.tensor, variance_p.tensor),
    ).mean() as Scalar
    return { kl: { type: 'loss', tensor: unit === 'bits' ? nats.div(Math.LN2) : nats } }
  },
})
