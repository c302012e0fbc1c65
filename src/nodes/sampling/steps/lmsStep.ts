// One step of a linear multistep method.
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { addToHistory } from '../../../engine/samplers/history.ts'
import { lmsStep as step } from '../../../engine/samplers/lms.ts'
import {
  levelsAt,
  type Levels,
  type Schedule,
  type Times,
} from '../../../engine/process/schedule.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const lmsStep = defineStep({
  type: 'diffusion/LMSStep',
  title: 'LMS Step',
  summary:
    'One linear multistep (Adams-Bashforth) step for unequal step lengths: extrapolates the predictions of earlier steps by a polynomial. One evaluation per step.',
  aliases: ['linear multistep', 'LMSDiscreteScheduler'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\sum_j \\hat\\epsilon_j \\int_{r_t}^{r_s} \\ell_j(r) \\, dr, \\quad r = \\sigma / \\alpha',
  source: 'Hairer et al. 1993, section III.5; k-diffusion, sample_lms',
  sampler: {
    name: 'lms',
    about: 'Linear multistep, one evaluation per step',
    names: { order: 'lms_order' },
  },
  fromClean: true,
  initialState: [] as StepHistory,
  params: {
    order: param.integer(
      4,
      { min: 1, max: 4, slider: true },
      'Number of predictions used; 1 is Euler',
    ),
    first_steps: param.added(
      param.advanced(
        param.choice(['rising', 'full_order'], 'First steps of a list from SplitTimesteps', {
          rising: 'Of the order of the predictions there are',
          full_order:
            'Of the order of all timesteps before, with 0 for missing predictions, as in diffusers; less accurate',
        }),
      ),
    ),
  },
  step: ({ xt, x0, epsilon, from, to, state, schedule, place }, { order, first_steps }) => {
    const before = first_steps === 'full_order' ? levelsBefore(schedule, place?.skipped) : []
    return {
      x: step({ xt, x0, epsilon, from, to, history: state }, { order, before }),
      state: addToHistory(state, { value: epsilon, at: from }, order - 1),
    }
  },
})

/** The levels of skipped timesteps, newest first. */
function levelsBefore(schedule: Schedule, skipped: Times | undefined): Levels[] {
  if (!skipped) return []
  const { t, ratio } = skipped
  const one = (list: Float64Array, i: number) => list.slice(i, i + 1)
  return Array.from(t, (_, i) =>
    levelsAt(schedule, { t: one(t, i), ...(ratio && { ratio: one(ratio, i) }) }),
  ).reverse()
}
