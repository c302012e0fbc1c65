// How far one distribution is from another, by samples of the first.
import type { Scalar } from '../../engine/tf.ts'
import { defineNode, loss, number } from '../define.ts'

export const klEstimate = defineNode({
  type: 'diffusion/KLEstimate',
  title: 'KL Estimate',
  category: 'training',
  summary:
    'How far one distribution is from another, by samples of the first: the mean of what both say of them. With samples of the data it is the forward KL, to be made small by covering them all; with samples of the model the reverse KL, by seeking where data is dense.',
  equation: 'D_{KL}(p \\| q) \\approx \\mathrm{mean}_{x \\sim p} \\left[ \\log p(x) - \\log q(x) \\right]',
  source: 'Bishop 2006, section 10.1.2; Minka 2005',
  inputs: {
    log_p: number('from LogDensity: of the distribution that the samples are from'),
    log_q: number('of the other one, at the same samples'),
  },
  outputs: { kl: loss('in nats; by chance it may be a little below 0') },
  params: {},
  run: ({ log_p, log_q }) => ({ kl: { type: 'loss', tensor: log_p.tensor.sub(log_q.tensor) as Scalar } }),
})
