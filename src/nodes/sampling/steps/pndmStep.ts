// Steps of PNDM and iPNDM.
import { convertPrediction } from '../../../engine/prediction.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import type { Said } from '../../../engine/samplers/pndm.ts'
import { middleOf, plmsStep, pndmStep as step } from '../../../engine/samplers/pndm.ts'
import type { Levels } from '../../../engine/schedule.ts'
import type { Tensor } from '../../../engine/tf.ts'
import { advanced, choice, toggle } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

/** Without signal the noise does not say what x_0 is, which the model may know. */
const isUnlit = ({ alpha }: Levels) => alpha.some((value) => value === 0)

export const pndmStep = defineStep({
  type: 'diffusion/PNDMStep',
  title: 'PNDM Step',
  summary:
    "Extrapolates the predicted noise from four steps, and goes as DDIM does with it. The first three steps are of Runge and Kutta's method, with four evaluations each.",
  equation:
    '\\epsilon = \\tfrac{1}{24} (55 \\hat\\epsilon_t - 59 \\hat\\epsilon_{t+\\delta} + 37 \\hat\\epsilon_{t+2\\delta} - 9 \\hat\\epsilon_{t+3\\delta})',
  source: 'Liu et al. 2022, algorithm 2',
  sampler: { name: 'pndm', about: 'fourth order where steps are even, four evaluations in each of the first three' },
  asks: true,
  begins: [] as Said[],
  params: {
    skip_prk_steps: advanced(
      toggle(false, 'the first step alone has two evaluations, and no step four: PLMS, as Stable Diffusion'),
    ),
    combines: advanced(
      choice(
        ['epsilon', 'output'],
        'what is extrapolated: epsilon, as in the paper; output, what the model says itself, as diffusers, where a model of v loses an order by it',
      ),
    ),
  },
  step: ({ x, x0, from, to, schedule, prediction, denoise, state }, { skip_prk_steps, combines }) => {
    const predicts = combines === 'epsilon' ? 'epsilon' : prediction.predicts
    const said = (clean: Tensor, y: Tensor, at: Levels): Said => ({
      tensor: convertPrediction(clean, y, at, 'sample', predicts),
      predicts,
    })
    const all = [said(x0, x, from), ...state].slice(0, 4)
    if (isUnlit(from)) return { x: eulerStep(x, x0, from, to), state: all }
    const made = step(x, all, from, to, {
      start: skip_prk_steps ? 'plms' : 'prk',
      middle: () => middleOf(schedule, from, to),
      ask: (y, at) => said(denoise(y, at), y, at),
    })
    return { x: made, state: all }
  },
})

export const ipndmStep = defineStep({
  type: 'diffusion/IPNDMStep',
  title: 'iPNDM Step',
  summary:
    'Extrapolates the predicted noise from four steps, and goes as DDIM does with it; the first steps from as many as there are. One evaluation a step.',
  equation:
    '\\epsilon = \\tfrac{1}{24} (55 \\hat\\epsilon_t - 59 \\hat\\epsilon_{t+\\delta} + 37 \\hat\\epsilon_{t+2\\delta} - 9 \\hat\\epsilon_{t+3\\delta})',
  source: 'Zhang & Chen 2023, appendix H.2; Liu et al. 2022',
  sampler: { name: 'ipndm', about: 'the same with one evaluation in each step' },
  begins: [] as Said[],
  params: {},
  step: ({ x, x0, epsilon, from, to, state }) => {
    const all = [{ tensor: epsilon, predicts: 'epsilon' as const }, ...state].slice(0, 4)
    return { x: isUnlit(from) ? eulerStep(x, x0, from, to) : plmsStep(x, all, from, to), state: all }
  },
})
