// One step of the gradient estimation sampler.
import { broadcastLevels, perItem } from '../../../engine/coefficients.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import type { Tensor } from '../../../engine/tf.ts'
import { real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const gradientEstimationStep = defineStep({
  type: 'diffusion/GradientEstimationStep',
  summary:
    'Makes one step as Euler does, but goes past the predicted noise, away from what was predicted a step before: both err alike, the older one more.',
  equation:
    '\\bar\\epsilon_t = \\gamma \\hat\\epsilon_t + (1 - \\gamma) \\hat\\epsilon_{t+1}, \\quad \\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\bar\\epsilon_t',
  source: 'Permenter & Yuan 2024, algorithm 2',
  sampler: { name: 'gradient_estimation', about: 'DDIM that corrects itself by the step before' },
  params: { gamma: symbol('\\gamma', real(2, { min: 1, max: 5, step: 0.1 }, '1: as Euler; above: how far past the prediction')) },
  begins: [] as readonly Tensor[],
  step: ({ x, x0, epsilon, from, to, state: [before] }, { gamma }) => {
    const straight = eulerStep(x, x0, from, to)
    if (!before) return { x: straight, state: [epsilon] }
    const [t, s] = broadcastLevels(from, to)
    // α_s (σ_s/α_s - σ_t/α_t), what a change of the noise by one changes x_s by.
    const length = s.sigma.map((sigma, i) => sigma - (s.alpha[i]! * t.sigma[i]!) / t.alpha[i]!)
    const bend = epsilon.sub(before).mul(perItem(length, x))
    return { x: straight.add(bend.mul(gamma - 1)), state: [epsilon] }
  },
})
