// Steps of DPM-Solver++ for the stochastic equation, which use predictions of earlier steps.
import { dpmppMultistepSdeStep as step } from '../../../engine/samplers/dpmSolverSde.ts'
import { refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { remember } from '../../../engine/samplers/history.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'
import { solverType } from '../solverParams.ts'

const equation =
  'x_s = \\frac{\\sigma_s}{\\sigma_t} e^{-\\eta h} x_t + \\alpha_s (1 - e^{-(1 + \\eta) h}) \\hat{x}_0 + \\ldots + \\sigma_s \\sqrt{1 - e^{-2 \\eta h}} \\, z'

export const dpmpp2mSdeStep = defineStep({
  type: 'diffusion/DPMpp2MSDEStep',
  title: 'DPM++ 2M SDE Step',
  summary:
    'Solves the stochastic equation with one evaluation a step: reads from the step before how the prediction changes, and adds fresh noise. With eta 0 it is DPM-Solver++(2M).',
  equation,
  source: 'Lu et al. 2022b, section 5; k-diffusion, sample_dpmpp_2m_sde',
  sampler: { name: 'dpmpp_2m_sde', about: 'dpmpp_2m with fresh noise, good with 20 steps and more', names: ancestralNames },
  noise: 'z, for eta above 0',
  begins: [] as StepHistory,
  params: { solver_type: solverType, ...ancestralParams },
  check: ({ eta }, { way }) => way && refuseUnpassable(way.from, way.to, 'data', eta),
  step: ({ x, x0, from, to, noise, state }, { solver_type, eta, s_noise }) => ({
    x: step(x, x0, from, to, state, noise, { order: 2, solver: solver_type, eta, s_noise }),
    state: remember(state, { value: x0, at: from }, 1),
  }),
})

export const dpmpp3mSdeStep = defineStep({
  type: 'diffusion/DPMpp3MSDEStep',
  title: 'DPM++ 3M SDE Step',
  summary:
    'Solves the stochastic equation with one evaluation a step: reads from two steps before how the prediction changes and bends, and adds fresh noise.',
  equation,
  source: 'k-diffusion, sample_dpmpp_3m_sde; Lu et al. 2022b, section 5',
  sampler: { name: 'dpmpp_3m_sde', about: 'the same of third order, for 30 steps and more', names: ancestralNames },
  noise: 'z, for eta above 0',
  begins: [] as StepHistory,
  params: ancestralParams,
  check: ({ eta }, { way }) => way && refuseUnpassable(way.from, way.to, 'data', eta),
  step: ({ x, x0, from, to, noise, state }, { eta, s_noise }) => ({
    x: step(x, x0, from, to, state, noise, { order: 3, solver: 'heun', eta, s_noise }),
    state: remember(state, { value: x0, at: from }, 2),
  }),
})
