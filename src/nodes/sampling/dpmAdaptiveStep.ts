// One step of two solvers at once.
import { dpmSolver12, dpmSolver23 } from '../../engine/samplers/dpmSolverPairs.ts'
import { adaptiveError } from '../../engine/samplers/stepSize.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { Scalar } from '../../engine/tf.ts'
import { advanced, choice, condition, defineNode, model, number, optional, real, samples, schedule, timestep } from '../define.ts'
import { denoiserOf } from './denoise.ts'
import { holdOf, holdParams } from './hold.ts'
import { refuseNothingButNoise } from './refusals.ts'

export const adaptiveStepParams = {
  solver_order: advanced(choice(['3', '2'], 'of the higher solver, and how often a step asks the model')),
  rtol: real(
    0.05,
    { min: 0.00001, max: 1, step: 0.01 },
    'how far the two may be apart, against the size of x: smaller is finer and slower',
  ),
  atol: advanced(real(0.0078, { min: 0.0000001, max: 1, step: 0.001 }, 'how far in any case: 0.0078 is one of 256 shades')),
}

export const dpmAdaptiveStep = defineNode({
  type: 'diffusion/DPMAdaptiveStep',
  title: 'DPM-Solver Adaptive Step',
  category: 'steps',
  summary:
    'Makes a step by two solvers of neighbouring orders that share their evaluations, and says how far they are apart. For the loop of AdaptiveSamplingStart.',
  equation:
    'E = \\left\\| \\frac{x_{high} - x_{low}}{\\max(\\mathrm{atol}, \\mathrm{rtol} \\max(|x_{low}|, |x_{low}^{before}|))} \\right\\|_{rms}',
  source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_solver_adaptive',
  inputs: {
    x_t: samples('at t'),
    x_low: samples('what the lower solver made of the step before'),
    model: model('trained or exact; asked two or three times a step'),
    condition: optional(condition('labels, -1 for none; unwired: none')),
    t: timestep('of x_t'),
    t_prev: timestep('where the step leads; -1 is clean data'),
    schedule: schedule('the one the model was trained with'),
  },
  outputs: {
    x_prev: samples('at t_prev, by the higher solver'),
    x_low: samples('the same by the lower solver'),
    error: number('how far they are apart; 1 is what is allowed'),
  },
  params: { ...adaptiveStepParams, ...holdParams },
  check: (_, { model, schedule, t }) => refuseNothingButNoise({ slot: 'model', said: model, schedule, times: [t] }),
  run: ({ x_t, x_low, model, condition, t, t_prev, schedule: { schedule } }, { solver_order, rtol, atol, ...params }) => {
    const x = x_t.tensor
    const [from, to] = [levelsAt(schedule, t), levelsAt(schedule, t_prev)]
    const denoise = denoiserOf(model, condition, holdOf(params, x_t.space))
    const solver = solver_order === '3' ? dpmSolver23 : dpmSolver12
    const pair = solver(x, denoise(x, from), from, to, schedule, denoise)
    return {
      x_prev: { type: 'samples', tensor: pair.high, space: x_t.space },
      x_low: { type: 'samples', tensor: pair.low, space: x_t.space },
      error: { type: 'number', tensor: adaptiveError(pair, x_low.tensor, { rtol, atol }) as Scalar },
    }
  },
})
