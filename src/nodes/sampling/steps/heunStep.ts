// One step of Heun's method.
import { heunStep as step } from '../../../engine/samplers/heun.ts'
import { defineStep } from '../defineStep.ts'

export const heunStep = defineStep({
  type: 'diffusion/HeunStep',
  summary:
    'Makes a step as Euler does, asks the model again where it led, and goes the mean of both ways: two evaluations a step, and second order.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\frac{\\hat\\epsilon_t + \\hat\\epsilon_s}{2}',
  source: 'Karras et al. 2022, algorithm 1',
  sampler: { name: 'heun', about: 'two evaluations a step, exact where the way bends' },
  asks: true,
  params: {},
  step: ({ x, x0, from, to, denoise }) => step(x, x0, from, to, denoise),
})
