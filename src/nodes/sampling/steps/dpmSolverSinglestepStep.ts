// One evaluation of a step of DPM-Solver, single step.
import type { OpenStep } from '../../../engine/samplers/dpmSolverSinglestep.ts'
import {
  dpmSolverSinglestep as step,
  evaluationIndex,
  singlestepTypes,
} from '../../../engine/samplers/dpmSolverSinglestep.ts'
import { checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { algorithms, algorithmType, lowerOrderFinal, solverOrder } from '../solverParams.ts'

const getFixedParams = (order: number) => ({
  algorithm_type: 'dpmsolver++',
  solver_order: order,
  solver_type: 'midpoint',
})

export const dpmSolverSinglestepStep = defineStep({
  type: 'diffusion/DPMSolverSinglestepStep',
  title: 'DPM-Solver Singlestep Step',
  summary:
    'Singlestep DPM-Solver: groups of 2 or 3 transitions form one step, which uses no older predictions. More stable than the multistep solver with strong guidance.',
  aliases: ['DPMSolverSinglestepScheduler', 'dpm++ 2s'],
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\left( \\hat{x}_0(x_t) + \\frac{\\hat{x}_0(x_r) - \\hat{x}_0(x_t)}{2 r} \\right)',
  source: 'Lu et al. 2022b, algorithm 1; Lu et al. 2022a, algorithms 1 and 2',
  sampler: [
    { name: 'dpmpp_2s', about: 'Singlestep, second order', fixed: getFixedParams(2) },
    { name: 'dpmpp_3s', about: 'Singlestep, third order', fixed: getFixedParams(3) },
  ],
  noise: 'Noise z for the sde- algorithms',
  initialState: undefined as OpenStep | undefined,
  params: {
    algorithm_type: algorithmType,
    solver_order: solverOrder,
    solver_type: param.advanced(
      param.choice(singlestepTypes, 'Weight of the change of the prediction', {
        midpoint: 'Midpoint rule',
        heun: 'Fully integrated',
      }),
    ),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ algorithm_type }, { levels }) => {
    const { terms, eta } = algorithms[algorithm_type]
    if (levels) checkExponentialStep(levels.from, levels.to, terms, eta)
  },
  step: (
    { xt, x0, epsilon, from, to, noise, state, place },
    { algorithm_type, solver_order, solver_type: type, lower_order_final },
  ) => {
    const { terms, eta } = algorithms[algorithm_type]
    const evaluation = evaluationIndex(solver_order, state, place, lower_order_final)
    const z = eta > 0 ? noise() : undefined
    const result = step(
      { xt, value: terms === 'data' ? x0 : epsilon, from, to, open: state, z },
      { terms, eta, type, evaluation },
    )
    return { x: result.x, state: result.open }
  },
})
