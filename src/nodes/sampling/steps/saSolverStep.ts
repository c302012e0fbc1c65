// One step of SA-Solver.
import type { Terms } from '../../../engine/samplers/exponential.ts'
import { orderOf, refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import type { SASolverState } from '../../../engine/samplers/saSolver.ts'
import { saSolverStep as step } from '../../../engine/samplers/saSolver.ts'
import { advanced, choice, integer, real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { lowerOrderFinal } from '../solverParams.ts'

const termsOf: { [K in 'data_prediction' | 'noise_prediction']: Terms } = { data_prediction: 'data', noise_prediction: 'noise' }

interface Tau {
  tau: number
  tau_tmin: number
  tau_tmax: number
}

const tauAt = (t: number, { tau, tau_tmin, tau_tmax }: Tau) => (t >= tau_tmin && t <= tau_tmax ? tau : 0)

export const saSolverStep = defineStep({
  type: 'diffusion/SASolverStep',
  title: 'SA-Solver Step',
  summary:
    'Corrects what the step before predicted, predicts the next, and adds as much fresh noise as tau says: much in the middle of the way, where it repairs errors, none at its ends.',
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} e^{-\\tau^2 h} x_t + (1 + \\tau^2) \\alpha_s \\int_0^h e^{-(1 + \\tau^2)(h - v)} \\hat{x}_0 \\, dv + \\sigma_s \\sqrt{1 - e^{-2 \\tau^2 h}} \\, z',
  source: 'Xue et al. 2023, algorithm 1',
  sampler: {
    name: 'sa_solver',
    about: 'with fresh noise, good with 20 steps and more',
    fixed: { algorithm_type: 'data_prediction' },
  },
  noise: 'z, where tau is above 0',
  begins: { history: [] } as SASolverState,
  params: {
    predictor_order: integer(2, { min: 1, max: 3 }, 'how many predictions the predictor is made of'),
    corrector_order: integer(
      2,
      { min: 0, max: 4 },
      'how many the corrector is made of, with the one at its end; 0: no corrector',
    ),
    algorithm_type: advanced(choice(['data_prediction', 'noise_prediction'], 'whether they are of x_0 or of the noise')),
    tau: symbol(
      '\\tau',
      real(1, { min: 0, max: 2, step: 0.05, slider: true }, 'how much fresh noise: 0 none, 1 as the reverse process has'),
    ),
    tau_tmin: advanced(real(200, { min: 0, max: 1e6, step: 1 }, 'fresh noise only in steps from this t on ...')),
    tau_tmax: advanced(real(800, { min: 0, max: 1e6, step: 1 }, '... to this; in the terms of the schedule')),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ algorithm_type, ...params }, { way }) => {
    if (!way) return
    const eta = way.from.t.map((t) => tauAt(t, params) ** 2)
    refuseUnpassable(way.from, way.to, termsOf[algorithm_type], eta)
  },
  step: ({ x, x0, epsilon, from, to, noise, state, place }, params) => {
    const { algorithm_type, predictor_order, corrector_order, lower_order_final: lowered } = params
    const terms = termsOf[algorithm_type]
    const tau = Math.min(...from.t.map((t) => tauAt(t, params)))
    const orders = {
      predictorOrder: orderOf(predictor_order, to, place, lowered),
      correctorOrder: orderOf(corrector_order - 1, to, place, lowered) + 1,
    }
    const z = tau > 0 ? noise() : undefined
    return step(x, terms === 'data' ? x0 : epsilon, from, to, state, { terms, tau, ...orders }, z)
  },
})
