// One step of the gradient estimation sampler.
import { broadcastLevels, perItem } from '../../../engine/process/coefficients.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import type { Tensor } from '../../../engine/base/tf.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const gradientEstimationStep = defineStep({
  type: 'diffusion/GradientEstimationStep',
  summary:
    'One Euler step with an extrapolated noise prediction: goes beyond the current prediction, away from that of the previous step, because both have similar errors and the older one larger ones.',
  equation:
    '\\bar\\epsilon_t = \\gamma \\hat\\epsilon_t + (1 - \\gamma) \\hat\\epsilon_{t+1}, \\quad \\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\bar\\epsilon_t',
  source: 'Permenter & Yuan 2024, algorithm 2',
  sampler: { name: 'gradient_estimation', about: 'DDIM, corrected by the previous step' },
  params: {
    gamma: param.symbol(
      '\\gamma',
      param.real(2, { min: 1, max: 5, step: 0.1 }, 'Extrapolation factor; 1 is Euler'),
    ),
  },
  initialState: [] as readonly Tensor[],
  step: ({ xt, x0, epsilon, from, to, state: [before] }, { gamma }) => {
    const straight = eulerStep(xt, x0, from, to)
    if (!before) return { x: straight, state: [epsilon] }
    const [t, s] = broadcastLevels(from, to)
    // α_s (σ_s/α_s - σ_t/α_t): the derivative of x_s with respect to the noise.
    const length = s.sigma.map((sigma, i) => sigma - (s.alpha[i] * t.sigma[i]) / t.alpha[i])
    const bend = epsilon.sub(before).mul(perItem(length, xt))
    return { x: straight.add(bend.mul(gamma - 1)), state: [epsilon] }
  },
})
