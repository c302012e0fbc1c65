// One step of the two-stage stochastic solver.
import { dpmppSdeStep as step } from '../../../engine/samplers/dpmSolverSde.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const dpmppSdeStep = defineStep({
  type: 'diffusion/DPMppSDEStep',
  title: 'DPM++ SDE Step',
  summary:
    'Two-stage DPM-Solver++ for the stochastic differential equation, with new noise in each stage: evaluates the model again at the share r of the step and combines both predictions.',
  aliases: ['sde', 'DPMSolverSDEScheduler'],
  equation:
    'D = \\left(1 - \\tfrac{1}{2r}\\right) \\hat{x}_0(x_t) + \\tfrac{1}{2r} \\hat{x}_0(x_{t + rh})',
  source: 'k-diffusion, sample_dpmpp_sde; Lu et al. 2022b, section 5',
  sampler: {
    name: 'dpmpp_sde',
    about: 'New noise in two stages, two evaluations per step, good with few steps',
    group: 'freshNoise',
    names: ancestralNames,
  },
  usesModel: true,
  noise: 'Noise of the first stage for eta above 0; the seed draws that of the second',
  params: {
    ...ancestralParams,
    r: param.advanced(
      param.symbol(
        'r',
        param.real(
          0.5,
          { min: 0.05, max: 1, step: 0.05 },
          'Position of the second evaluation, as a share of the step in lambda',
        ),
      ),
    ),
  },
  step,
})
