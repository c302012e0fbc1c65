// KLEstimate: Monte Carlo estimate of a KL divergence.
import type { Scalar } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'

export const klEstimate = defineNode({
  type: 'diffusion/KLEstimate',
  title: 'KL Estimate',
  category: 'training',
  summary:
    'Monte Carlo estimate of the KL divergence from samples of the first distribution. With samples of the data it is the forward KL, which is mode-covering; with samples of the model it is the reverse KL, which is mode-seeking.',
  equation:
    'D_{KL}(p \\| q) \\approx \\mathrm{mean}_{x \\sim p} \\left[ \\log p(x) - \\log q(x) \\right]',
  source: 'Bishop 2006, section 10.1.2; Minka 2005',
  inputs: {
    log_p: slot.number(
      'Log density of the distribution that the samples come from, from LogDensity',
    ),
    log_q: slot.number('Log density of the other distribution, at the same samples'),
  },
  outputs: { kl: slot.loss('In nats; can be slightly negative by chance') },
  params: {},
  run: ({ log_p, log_q }) => ({
    kl: { type: 'loss', tensor: log_p.tensor.sub(log_q.tensor) as Scalar },
  }),
})
