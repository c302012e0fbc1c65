// One step of DPM-Solver, multistep.
import { dpmSolverStep as step } from '../../../engine/samplers/dpmSolver.ts'
import { stepOrder, checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { addToHistory } from '../../../engine/samplers/history.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import {
  algorithms,
  algorithmType,
  isShort,
  lowerOrderFinal,
  solverOrder,
  solverType,
} from '../solverParams.ts'

export const dpmSolverStep = defineStep({
  type: 'diffusion/DPMSolverMultistepStep',
  title: 'DPM-Solver Multistep Step',
  summary:
    'One step of multistep DPM-Solver or DPM-Solver++: solves the linear part of the equation exactly and estimates the change of the prediction from earlier steps. One evaluation per step.',
  aliases: ['dpm++', 'dpm++ 2m', 'DPMSolverMultistepScheduler', 'dpm-solver++', 'dpm solver'],
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\left( D_0 + \\tfrac{1}{2} D_1 \\right)',
  source: 'Lu et al. 2022b, algorithm 2 and section 5; Lu et al. 2022a',
  sampler: [
    {
      name: 'dpmpp_2m',
      about: 'Best with 10 to 20 steps',
      fixed: { algorithm_type: 'dpmsolver++', solver_order: 2 },
    },
    {
      name: 'dpmpp_3m',
      about: 'Multistep, third order; without guidance',
      fixed: { algorithm_type: 'dpmsolver++', solver_order: 3 },
    },
    {
      name: 'dpm_solver',
      about: 'Multistep solver in the predicted noise',
      fixed: { algorithm_type: 'dpmsolver' },
    },
  ],
  noise: 'Noise z for the sde- algorithms',
  initialState: [] as StepHistory,
  params: {
    algorithm_type: algorithmType,
    solver_order: solverOrder,
    solver_type: solverType,
    lower_order_final: lowerOrderFinal,
    euler_at_final: param.advanced(param.toggle(false, 'First order in the last step')),
  },
  check: ({ algorithm_type }, { levels }) => {
    const { terms, eta } = algorithms[algorithm_type]
    if (levels) checkExponentialStep(levels.from, levels.to, terms, eta)
  },
  step: ({ xt, x0, epsilon, from, to, noise, state, place }, params) => {
    const { terms, eta } = algorithms[params.algorithm_type]
    const last = params.euler_at_final && place !== undefined && place.index === place.count - 1
    const order = last
      ? 1
      : stepOrder(params.solver_order, to, place, params.lower_order_final && isShort(place))
    const value = terms === 'data' ? x0 : epsilon
    const z = eta > 0 ? noise() : undefined
    return {
      x: step(
        { xt, value, from, to, history: state, z },
        { terms, eta, order, type: params.solver_type },
      ),
      state: addToHistory(state, { value, at: from }, 2),
    }
  },
})
