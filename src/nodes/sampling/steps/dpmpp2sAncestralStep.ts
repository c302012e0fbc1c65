// One step of DPM-Solver++(2S), ancestral.
import { dpmpp2sAncestralStep as step } from '../../../engine/samplers/dpmSolverSde.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const dpmpp2sAncestralStep = defineStep({
  type: 'diffusion/DPMpp2SAncestralStep',
  title: 'DPM++ 2S Ancestral Step',
  summary:
    'One ancestral step of DPM-Solver++(2S): evaluates the model again at the midpoint, uses that prediction for the full step, and adds new noise. Two evaluations per step, second order with eta 0.',
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\, \\hat{x}_0(x_{t + h/2}) + \\sigma_{up} z',
  source: 'Lu et al. 2022b, algorithm 1; k-diffusion, sample_dpmpp_2s_ancestral',
  sampler: {
    name: 'dpmpp_2s_ancestral',
    about: 'Second order with new noise, two evaluations per step',
    group: 'freshNoise',
    names: ancestralNames,
  },
  usesModel: true,
  noise: 'Noise for eta above 0',
  params: ancestralParams,
  step,
})
