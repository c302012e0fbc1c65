// Steps of PNDM and iPNDM.
import { convertPrediction } from '../../../engine/process/prediction.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import type { TypedPrediction } from '../../../engine/base/values.ts'
import { middleLevel, plmsStep, pndmStep as step } from '../../../engine/samplers/pndm.ts'
import type { Levels } from '../../../engine/process/schedule.ts'
import type { Tensor } from '../../../engine/base/tf.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

/** True at zero signal, where x_0 does not follow from the noise. */
const hasNoSignal = ({ alpha }: Levels) => alpha.some((value) => value === 0)

export const pndmStep = defineStep({
  type: 'diffusion/PNDMStep',
  title: 'PNDM Step',
  summary:
    'One PNDM step: extrapolates the predicted noise from four steps and makes a DDIM step with it. The first three are Runge-Kutta steps with four evaluations each.',
  aliases: ['plms', 'PNDMScheduler'],
  equation:
    '\\epsilon = \\tfrac{1}{24} (55 \\hat\\epsilon_t - 59 \\hat\\epsilon_{t+\\delta} + 37 \\hat\\epsilon_{t+2\\delta} - 9 \\hat\\epsilon_{t+3\\delta})',
  source: 'Liu et al. 2022, algorithm 2',
  sampler: {
    name: 'pndm',
    about: 'Fourth order for equal step lengths, four evaluations in each of the first three steps',
  },
  usesModel: true,
  initialState: [] as TypedPrediction[],
  params: {
    skip_prk_steps: param.advanced(
      param.toggle(
        false,
        'PLMS, as in Stable Diffusion: no Runge-Kutta steps, only two evaluations in the first step',
      ),
    ),
    combines: param.advanced(
      param.choice(['epsilon', 'output'], 'Quantity that is extrapolated', {
        epsilon: 'Noise, as in the paper',
        output: 'Output of the model, as in diffusers; loses one order for v',
      }),
    ),
  },
  step: (
    { xt, x0, from, to, schedule, prediction, denoise, state },
    { skip_prk_steps, combines },
  ) => {
    const predicts = combines === 'epsilon' ? 'epsilon' : prediction.predicts
    const fromClean = (clean: Tensor, y: Tensor, at: Levels): TypedPrediction => ({
      tensor: convertPrediction(clean, y, at, 'sample', predicts),
      predicts,
    })
    const all = [fromClean(x0, xt, from), ...state].slice(0, 4)
    if (hasNoSignal(from)) return { x: eulerStep(xt, x0, from, to), state: all }
    const x = step(xt, all, from, to, {
      start: skip_prk_steps ? 'plms' : 'prk',
      middle: () => middleLevel(schedule, from, to),
      evaluate: (y, at) => fromClean(denoise(y, at), y, at),
    })
    return { x, state: all }
  },
})

export const ipndmStep = defineStep({
  type: 'diffusion/IPNDMStep',
  title: 'iPNDM Step',
  summary:
    'One iPNDM step: extrapolates the predicted noise from the last four steps (fewer at the beginning) and makes a DDIM step with it. One evaluation per step.',
  aliases: ['IPNDMScheduler'],
  equation:
    '\\epsilon = \\tfrac{1}{24} (55 \\hat\\epsilon_t - 59 \\hat\\epsilon_{t+\\delta} + 37 \\hat\\epsilon_{t+2\\delta} - 9 \\hat\\epsilon_{t+3\\delta})',
  source: 'Zhang & Chen 2023, appendix H.2; Liu et al. 2022',
  sampler: { name: 'ipndm', about: 'Fourth order, one evaluation per step' },
  initialState: [] as TypedPrediction[],
  params: {},
  step: ({ xt, x0, epsilon, from, to, state }) => {
    const all = [{ tensor: epsilon, predicts: 'epsilon' as const }, ...state].slice(0, 4)
    return {
      x: hasNoSignal(from) ? eulerStep(xt, x0, from, to) : plmsStep(xt, all, from, to),
      state: all,
    }
  },
})
