// One step of the two-stage stochastic solver.
import { dpmppSdeStep as step } from '../../../engine/samplers/dpmSolverSde.ts'
import { advanced, real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const dpmppSdeStep = defineStep({
  type: 'diffusion/DPMppSDEStep',
  title: 'DPM++ SDE Step',
  summary:
    'Solves the stochastic equation in two stages, each with fresh noise: asks the model again at the share r of the way, and continues what both predictions show.',
  equation: 'D = \\left(1 - \\tfrac{1}{2r}\\right) \\hat{x}_0(x_t) + \\tfrac{1}{2r} \\hat{x}_0(x_{t + rh})',
  source: 'k-diffusion, sample_dpmpp_sde; Lu et al. 2022b, section 5',
  sampler: {
    name: 'dpmpp_sde',
    about: 'two evaluations a step and fresh noise in both, good with few steps',
    names: ancestralNames,
  },
  asks: true,
  noise: 'of the first stage, for eta above 0; that of the second is drawn by the seed',
  params: {
    ...ancestralParams,
    r: advanced(
      symbol('r', real(0.5, { min: 0.05, max: 1, step: 0.05 }, 'where the model is asked again: the share of the way in lambda')),
    ),
  },
  step: ({ x, x0, from, to, schedule, denoise, noise }, options) => step(x, x0, from, to, schedule, denoise, noise, options),
})
