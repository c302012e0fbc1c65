// One step of DPM-Solver, multistep.
import { dpmSolverStep as step } from '../../../engine/samplers/dpmSolver.ts'
import { orderOf, refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { remember } from '../../../engine/samplers/history.ts'
import { advanced, toggle } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { algorithms, algorithmType, isShort, lowerOrderFinal, solverOrder, solverType } from '../solverParams.ts'

export const dpmSolverStep = defineStep({
  type: 'diffusion/DPMSolverMultistepStep',
  title: 'DPM-Solver Multistep Step',
  summary:
    'Makes one step of DPM-Solver or DPM-Solver++: solves what is known of the way exactly, and reads from the steps before how the prediction changes along it. One evaluation a step.',
  equation: 'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\left( D_0 + \\tfrac{1}{2} D_1 \\right)',
  source: 'Lu et al. 2022b, algorithm 2 and section 5; Lu et al. 2022a',
  sampler: [
    {
      name: 'dpmpp_2m',
      about: 'the best with 10 to 20 steps',
      fixed: { algorithm_type: 'dpmsolver++', solver_order: 2 },
    },
    {
      name: 'dpmpp_3m',
      about: 'from two steps before, not one; without guidance',
      fixed: { algorithm_type: 'dpmsolver++', solver_order: 3 },
    },
    { name: 'dpm_solver', about: 'made of predictions of the noise', fixed: { algorithm_type: 'dpmsolver' } },
  ],
  noise: 'z, for the algorithms sde-',
  begins: [] as StepHistory,
  params: {
    algorithm_type: algorithmType,
    solver_order: solverOrder,
    solver_type: solverType,
    lower_order_final: lowerOrderFinal,
    euler_at_final: advanced(toggle(false, 'the last step is of first order')),
  },
  check: ({ algorithm_type }, { way }) => {
    const { terms, eta } = algorithms[algorithm_type]
    if (way) refuseUnpassable(way.from, way.to, terms, eta)
  },
  step: ({ x, x0, epsilon, from, to, noise, state, place }, params) => {
    const { terms, eta } = algorithms[params.algorithm_type]
    const last = params.euler_at_final && place?.index === place!.count - 1
    const order = last ? 1 : orderOf(params.solver_order, to, place, params.lower_order_final && isShort(place))
    const value = terms === 'data' ? x0 : epsilon
    const z = eta > 0 ? noise() : undefined
    return {
      x: step(x, value, from, to, state, { terms, eta, order, type: params.solver_type }, z),
      state: remember(state, { value, at: from }, 2),
    }
  },
})
