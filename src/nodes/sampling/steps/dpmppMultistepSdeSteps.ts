// Multistep SDE steps of DPM-Solver++ (2M SDE, 3M SDE).
import { dpmppMultistepSdeStep as step } from '../../../engine/samplers/dpmSolverSde.ts'
import { checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { addToHistory } from '../../../engine/samplers/history.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'
import { solverType } from '../solverParams.ts'

const equation =
  'x_s = \\frac{\\sigma_s}{\\sigma_t} e^{-\\eta h} x_t + \\alpha_s (1 - e^{-(1 + \\eta) h}) \\hat{x}_0 + \\ldots + \\sigma_s \\sqrt{1 - e^{-2 \\eta h}} \\, z'

export const dpmpp2mSdeStep = defineStep({
  type: 'diffusion/DPMpp2MSDEStep',
  title: 'DPM++ 2M SDE Step',
  summary:
    'DPM-Solver++(2M) for the stochastic differential equation: estimates the change of the prediction from the previous step and adds new noise. One evaluation per step. With eta 0 it is DPM-Solver++(2M).',
  equation,
  source: 'Lu et al. 2022b, section 5; k-diffusion, sample_dpmpp_2m_sde',
  sampler: {
    name: 'dpmpp_2m_sde',
    about: 'dpmpp_2m with new noise, good with 20 steps or more',
    group: 'freshNoise',
    names: ancestralNames,
  },
  noise: 'Noise z for eta above 0',
  initialState: [] as StepHistory,
  params: { solver_type: solverType, ...ancestralParams },
  check: ({ eta }, { levels }) =>
    levels && checkExponentialStep(levels.from, levels.to, 'data', eta),
  step: ({ xt, x0, from, to, noise, state }, { solver_type, eta, s_noise }) => ({
    x: step(
      { xt, x0, from, to, history: state, noise },
      { order: 2, solver: solver_type, eta, s_noise },
    ),
    state: addToHistory(state, { value: x0, at: from }, 1),
  }),
})

export const dpmpp3mSdeStep = defineStep({
  type: 'diffusion/DPMpp3MSDEStep',
  title: 'DPM++ 3M SDE Step',
  summary:
    'Third-order DPM-Solver++(3M) for the stochastic differential equation: estimates the first and second derivative of the prediction from two earlier steps and adds new noise. One evaluation per step.',
  equation,
  source: 'k-diffusion, sample_dpmpp_3m_sde; Lu et al. 2022b, section 5',
  sampler: {
    name: 'dpmpp_3m_sde',
    about: 'Third order with new noise, good with 30 steps or more',
    group: 'freshNoise',
    names: ancestralNames,
  },
  noise: 'Noise z for eta above 0',
  initialState: [] as StepHistory,
  params: ancestralParams,
  check: ({ eta }, { levels }) =>
    levels && checkExponentialStep(levels.from, levels.to, 'data', eta),
  step: ({ xt, x0, from, to, noise, state }, { eta, s_noise }) => ({
    x: step(
      { xt, x0, from, to, history: state, noise },
      { order: 3, solver: 'heun', eta, s_noise },
    ),
    state: addToHistory(state, { value: x0, at: from }, 2),
  }),
})
