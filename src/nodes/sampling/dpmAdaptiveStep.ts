// DPMAdaptiveStep: one step of an embedded pair of solvers.
import { dpmSolver12, dpmSolver23 } from '../../engine/samplers/dpmSolverPairs.ts'
import { adaptiveError } from '../../engine/samplers/stepSize.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Scalar } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { makeDenoiser } from './denoise.ts'
import { createClipping, clippingParams } from './clipping.ts'
import { rejectPureNoise } from './checks.ts'

export const adaptiveStepParams = {
  solver_order: param.advanced(
    param.choice(['3', '2'], 'Order of the higher-order solver, and model evaluations per step'),
  ),
  rtol: param.real(
    0.05,
    { min: 0.00001, max: 1, step: 0.01 },
    'Relative tolerance: smaller is more accurate and slower',
  ),
  atol: param.advanced(
    param.real(
      0.0078,
      { min: 0.0000001, max: 1, step: 0.001 },
      'Absolute tolerance: 0.0078 is one of 256 grey levels',
    ),
  ),
}

export const dpmAdaptiveStep = defineNode({
  type: 'diffusion/DPMAdaptiveStep',
  title: 'DPM-Solver Adaptive Step',
  category: 'steps',
  summary:
    'One step of two DPM-Solvers of neighbouring orders that share evaluations, and the difference between them as an error estimate. For the loop of AdaptiveSamplingStart.',
  aliases: ['dpm_adaptive'],
  equation:
    'E = \\left\\| \\frac{x_{high} - x_{low}}{\\max(\\mathrm{atol}, \\mathrm{rtol} \\max(|x_{low}|, |x_{low}^{before}|))} \\right\\|_{rms}',
  source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_solver_adaptive',
  inputs: {
    x_t: slot.samples('Data at t'),
    x_low: slot.samples('Result of the lower-order solver in the previous step'),
    model: slot.model('Trained or exact model, evaluated two or three times per step'),
    condition: slot.optional(
      slot.condition('Labels, -1 for none. If not connected, unconditional'),
    ),
    t: slot.timestep('Timestep of x_t'),
    t_prev: slot.timestep('Timestep after the step; -1 is clean data'),
    schedule: slot.schedule('Schedule that the model was trained with'),
  },
  outputs: {
    x_prev: slot.samples('Data at t_prev, by the higher-order solver'),
    x_low: slot.samples('Data at t_prev, by the lower-order solver'),
    error: slot.number('Error estimate relative to the tolerance; 1 is the limit'),
  },
  params: { ...adaptiveStepParams, ...clippingParams },
  check: (_, { model, schedule, t }) =>
    rejectPureNoise({ slot: 'model', prediction: model, schedule, times: [t] }),
  run: (
    { x_t, x_low, model, condition, t, t_prev, schedule: { schedule } },
    { solver_order, rtol, atol, ...params },
  ) => {
    const xt = x_t.tensor
    const [from, to] = [levelsAt(schedule, t), levelsAt(schedule, t_prev)]
    const denoise = makeDenoiser(model, condition, createClipping(params, x_t.space))
    const solver = solver_order === '3' ? dpmSolver23 : dpmSolver12
    const pair = solver({ xt, x0: denoise(xt, from), from, to, schedule, denoise })
    return {
      x_prev: { type: 'samples', tensor: pair.high, space: x_t.space },
      x_low: { type: 'samples', tensor: pair.low, space: x_t.space },
      error: {
        type: 'number',
        tensor: adaptiveError(pair, x_low.tensor, { rtol, atol }) as Scalar,
      },
    }
  },
})
