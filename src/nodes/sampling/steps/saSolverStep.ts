// One step of SA-Solver.
import type { Terms } from '../../../engine/samplers/exponential.ts'
import { stepOrder, checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import type { SASolverState } from '../../../engine/samplers/saSolver.ts'
import { saSolverStep as step } from '../../../engine/samplers/saSolver.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { lowerOrderFinal } from '../solverParams.ts'

const termsByAlgorithm: { [K in 'data_prediction' | 'noise_prediction']: Terms } = {
  data_prediction: 'data',
  noise_prediction: 'noise',
}

interface Tau {
  tau: number
  tau_tmin: number
  tau_tmax: number
}

const tauAt = (t: number, { tau, tau_tmin, tau_tmax }: Tau) =>
  t >= tau_tmin && t <= tau_tmax ? tau : 0

export const saSolverStep = defineStep({
  type: 'diffusion/SASolverStep',
  title: 'SA-Solver Step',
  summary:
    'One step of SA-Solver, a stochastic Adams predictor-corrector: corrects the last prediction, predicts the next step, and adds new noise by tau, which repairs errors in the middle of the trajectory.',
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} e^{-\\tau^2 h} x_t + (1 + \\tau^2) \\alpha_s \\int_0^h e^{-(1 + \\tau^2)(h - v)} \\hat{x}_0 \\, dv + \\sigma_s \\sqrt{1 - e^{-2 \\tau^2 h}} \\, z',
  source: 'Xue et al. 2023, algorithm 1',
  sampler: {
    name: 'sa_solver',
    about: 'Stochastic Adams, good with 20 steps or more',
    group: 'freshNoise',
    fixed: { algorithm_type: 'data_prediction' },
  },
  noise: 'Noise z where tau is above 0',
  initialState: { history: [] } as SASolverState,
  params: {
    predictor_order: param.integer(
      2,
      { min: 1, max: 3 },
      'Number of predictions used by the predictor',
    ),
    corrector_order: param.integer(
      2,
      { min: 0, max: 4 },
      'Number of predictions used by the corrector, including the one at its end; 0: no corrector',
    ),
    algorithm_type: param.advanced(
      param.choice(['data_prediction', 'noise_prediction'], 'Kind of predictions used', {
        data_prediction: 'Predictions of x_0',
        noise_prediction: 'Predictions of the noise',
      }),
    ),
    tau: param.symbol(
      '\\tau',
      param.real(
        1,
        { min: 0, max: 2, step: 0.05, slider: true },
        'Amount of new noise: 0 is none, 1 is that of the reverse process',
      ),
    ),
    tau_tmin: param.advanced(
      param.real(200, { min: 0, max: 1e6, step: 1 }, 'Lowest t with new noise'),
    ),
    tau_tmax: param.advanced(
      param.real(
        800,
        { min: 0, max: 1e6, step: 1 },
        'Highest t with new noise, in the units of the schedule',
      ),
    ),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ algorithm_type, ...params }, { levels }) => {
    if (!levels) return
    const eta = levels.from.t.map((t) => tauAt(t, params) ** 2)
    checkExponentialStep(levels.from, levels.to, termsByAlgorithm[algorithm_type], eta)
  },
  step: ({ xt, x0, epsilon, from, to, noise, state, place }, params) => {
    const { algorithm_type, predictor_order, corrector_order, lower_order_final: lowered } = params
    const terms = termsByAlgorithm[algorithm_type]
    const tau = Math.min(...from.t.map((t) => tauAt(t, params)))
    const orders = {
      predictorOrder: stepOrder(predictor_order, to, place, lowered),
      correctorOrder: stepOrder(corrector_order - 1, to, place, lowered) + 1,
    }
    const z = tau > 0 ? noise() : undefined
    return step(
      { xt, value: terms === 'data' ? x0 : epsilon, from, to, state, z },
      { terms, tau, ...orders },
    )
  },
})
