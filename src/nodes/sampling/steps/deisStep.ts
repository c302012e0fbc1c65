// One step of DEIS.
import { deisStep as step } from '../../../engine/samplers/deis.ts'
import { stepOrder, checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { addToHistory } from '../../../engine/samplers/history.ts'
import { defineStep } from '../defineStep.ts'
import { isShort, lowerOrderFinal, solverOrder } from '../solverParams.ts'

export const deisStep = defineStep({
  type: 'diffusion/DEISStep',
  title: 'DEIS Step',
  summary:
    'One DEIS step: integrates a polynomial in the logarithm of the noise-to-signal ratio through the predicted noise of earlier steps. One evaluation per step.',
  aliases: ['DEISMultistepScheduler'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\int_{\\rho_t}^{\\rho_s} \\hat\\epsilon(\\log \\rho) \\, d\\rho, \\quad \\rho = \\frac{\\sigma}{\\alpha}',
  source: 'Zhang & Chen 2023, section 3.3',
  sampler: { name: 'deis', about: 'Exponential integrator in the predicted noise' },
  initialState: [] as StepHistory,
  params: { solver_order: solverOrder, lower_order_final: lowerOrderFinal },
  check: (_, { levels }) => levels && checkExponentialStep(levels.from, levels.to, 'noise'),
  step: ({ xt, epsilon, from, to, state, place }, { solver_order, lower_order_final }) => ({
    x: step(
      { xt, epsilon, from, to, history: state },
      { order: stepOrder(solver_order, to, place, lower_order_final && isShort(place)) },
    ),
    state: addToHistory(state, { value: epsilon, at: from }, 2),
  }),
})
