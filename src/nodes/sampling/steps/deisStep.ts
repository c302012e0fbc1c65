// One step of DEIS.
import { deisStep as step } from '../../../engine/samplers/deis.ts'
import { orderOf, refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { remember } from '../../../engine/samplers/history.ts'
import { defineStep } from '../defineStep.ts'
import { isShort, lowerOrderFinal, solverOrder } from '../solverParams.ts'

export const deisStep = defineStep({
  type: 'diffusion/DEISStep',
  title: 'DEIS Step',
  summary:
    'Makes one step with the predicted noise as a polynomial, in the logarithm of noise against signal, through what the steps before have predicted. One evaluation a step.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\int_{\\rho_t}^{\\rho_s} \\hat\\epsilon(\\log \\rho) \\, d\\rho, \\quad \\rho = \\frac{\\sigma}{\\alpha}',
  source: 'Zhang & Chen 2023, section 3.3',
  sampler: { name: 'deis', about: 'made of predictions of the noise, exactly integrated' },
  begins: [] as StepHistory,
  params: { solver_order: solverOrder, lower_order_final: lowerOrderFinal },
  check: (_, { way }) => way && refuseUnpassable(way.from, way.to, 'noise'),
  step: ({ x, epsilon, from, to, state, place }, { solver_order, lower_order_final }) => ({
    x: step(x, epsilon, from, to, state, orderOf(solver_order, to, place, lower_order_final && isShort(place))),
    state: remember(state, { value: epsilon, at: from }, 2),
  }),
})
