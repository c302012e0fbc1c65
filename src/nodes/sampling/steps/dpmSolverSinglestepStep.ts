// One evaluation of a step of DPM-Solver, single step.
import type { OpenStep } from '../../../engine/samplers/dpmSolverSinglestep.ts'
import { dpmSolverSinglestep as step, evaluationOf, singlestepTypes } from '../../../engine/samplers/dpmSolverSinglestep.ts'
import { refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import { advanced, choice } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { algorithms, algorithmType, lowerOrderFinal, solverOrder } from '../solverParams.ts'

const fixed = (order: number) => ({ algorithm_type: 'dpmsolver++', solver_order: order, solver_type: 'midpoint' })

export const dpmSolverSinglestepStep = defineStep({
  type: 'diffusion/DPMSolverSinglestepStep',
  title: 'DPM-Solver Singlestep Step',
  summary:
    'DPM-Solver that begins anew after every 2 or 3 transitions, which together are one step: what the first of them finds out helps the others, and nothing older. With strong guidance steadier than the multistep solver.',
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\left( \\hat{x}_0(x_t) + \\frac{\\hat{x}_0(x_r) - \\hat{x}_0(x_t)}{2 r} \\right)',
  source: 'Lu et al. 2022b, algorithm 1; Lu et al. 2022a, algorithms 1 and 2',
  sampler: [
    { name: 'dpmpp_2s', about: 'every second step from two steps before', fixed: fixed(2) },
    { name: 'dpmpp_3s', about: 'every third from three before', fixed: fixed(3) },
  ],
  noise: 'z, for the algorithms sde-',
  begins: undefined as OpenStep | undefined,
  params: {
    algorithm_type: algorithmType,
    solver_order: solverOrder,
    solver_type: advanced(choice(singlestepTypes, 'how the change of the prediction counts; heun: integrated in full')),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ algorithm_type }, { way }) => {
    const { terms, eta } = algorithms[algorithm_type]
    if (way) refuseUnpassable(way.from, way.to, terms, eta)
  },
  step: (
    { x, x0, epsilon, from, to, noise, state, place },
    { algorithm_type, solver_order, solver_type: type, lower_order_final },
  ) => {
    const { terms, eta } = algorithms[algorithm_type]
    const evaluation = evaluationOf(solver_order, state, place, lower_order_final)
    const z = eta > 0 ? noise() : undefined
    const made = step(x, terms === 'data' ? x0 : epsilon, from, to, state, { terms, eta, type, evaluation }, z)
    return { x: made.x, state: made.open }
  },
})
