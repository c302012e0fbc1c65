// One step of DPM-Solver++.
import { dpmSolverStep as step } from '../../../engine/samplers/dpmSolver.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { remember } from '../../../engine/samplers/history.ts'
import { defineStep } from '../defineStep.ts'

export const dpmSolverStep = defineStep({
  type: 'diffusion/DPMSolverMultistepStep',
  title: 'DPM-Solver Multistep Step',
  summary:
    'Makes one step of DPM-Solver++: solves what is known of the way exactly, and reads from the step before how the prediction changes along it. One evaluation a step, second order.',
  equation: 'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\left( D_0 + \\tfrac{1}{2} D_1 \\right)',
  source: 'Lu et al. 2022b, algorithm 2',
  sampler: { name: 'dpmpp_2m', about: 'the best with 10 to 20 steps' },
  begins: [] as StepHistory,
  params: {},
  step: ({ x, x0, from, to, state }) => ({
    x: step(x, x0, from, to, state),
    state: remember(state, { value: x0, at: from }, 1),
  }),
})
