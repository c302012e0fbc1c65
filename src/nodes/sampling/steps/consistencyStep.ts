// ConsistencyStep: one step of multistep consistency sampling.
import { consistencyStep as step } from '../../../engine/samplers/consistency.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const consistencyStep = defineStep({
  type: 'diffusion/ConsistencyStep',
  summary:
    "Multistep sampling of a consistency model: jumps to the model's estimate of clean data, then adds the noise of t_prev. One step gives a sample, a few steps a better one.",
  aliases: ['consistency model', 'CMStochasticIterativeScheduler'],
  equation: 'x_s = \\alpha_s \\hat{x}_0 + \\sqrt{\\sigma_s^2 - \\alpha_s^2 \\sigma_{min}^2} \\; z',
  source: 'Song et al. 2023, algorithm 1',
  sampler: {
    name: 'consistency',
    about: 'For consistency models: jumps to clean data and adds noise again',
    group: 'distilled',
    // At sigma_min the model returns its input, so a step that starts there does nothing.
    list: { count: 'intervals' },
  },
  noise: 'Noise z',
  params: {
    sigma_min: param.symbol(
      '\\sigma_{min}',
      param.real(
        0.002,
        { min: 0, max: 1000, step: 0.001 },
        'Noise level sigma / alpha at which the model returns its input, as in Precondition',
      ),
    ),
  },
  step: ({ x0, to, noise }, options) => step(x0, to, noise, options),
})
