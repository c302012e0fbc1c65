// How far one Gaussian is from another.
import { checkShape } from '../../engine/coefficients.ts'
import { gaussianKl } from '../../engine/losses/index.ts'
import type { Scalar, Tensor } from '../../engine/tf.ts'
import { choice, defineNode, loss, samples } from '../define.ts'

/** Variances below it count as it: that of the posterior is 0 at t = 0. */
const LEAST = 1e-20

export const kl = defineNode({
  type: 'diffusion/KL',
  title: 'KL Divergence',
  category: 'training',
  summary:
    'How much worse data of one Gaussian are described by another: of Posterior from ReverseProcess it is a term of the variational bound.',
  equation:
    'D_{KL}(q \\| p) = \\tfrac{1}{2} \\left( \\log \\frac{\\sigma_p^2}{\\sigma_q^2} + \\frac{\\sigma_q^2 + (\\mu_q - \\mu_p)^2}{\\sigma_p^2} - 1 \\right)',
  source: 'Ho et al. 2020, eq. 5',
  inputs: {
    mean_q: samples('of the data'),
    variance_q: samples('of each number'),
    mean_p: samples('of the description'),
    variance_p: samples('of each number'),
  },
  outputs: { kl: loss('the mean over all numbers') },
  params: { unit: choice(['bits', 'nats'], 'bits: bits/dim; nats: with the natural logarithm') },
  run: ({ mean_q, variance_q, mean_p, variance_p }, { unit }) => {
    for (const [slot, other] of Object.entries({ variance_q, mean_p, variance_p })) {
      checkShape(other.tensor, mean_q.tensor, slot, 'mean_q')
    }
    const gaussian = (mean: Tensor, variance: Tensor) => ({ mean, logVariance: variance.maximum(LEAST).log() })
    const nats = gaussianKl(
      gaussian(mean_q.tensor, variance_q.tensor),
      gaussian(mean_p.tensor, variance_p.tensor),
    ).mean() as Scalar
    return { kl: { type: 'loss', tensor: unit === 'bits' ? nats.div(Math.LN2) : nats } }
  },
})
