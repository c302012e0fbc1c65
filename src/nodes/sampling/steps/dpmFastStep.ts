// One step of DPM-Solver-fast.
import {
  fastOrders,
  dpmFastStep as step,
  lastOrders,
} from '../../../engine/samplers/dpmSolverPairs.ts'
import { NodeError } from '../../../engine/messages/fault.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { samplingMessages } from '../../../messages/sampling.ts'

export const dpmFastStep = defineStep({
  type: 'diffusion/DPMFastStep',
  title: 'DPM-Solver Fast Step',
  summary:
    'One step of third-order DPM-Solver with three evaluations. The last steps have lower orders, so that n steps use 3 n - 1, 3 n - 2 or 3 n - 3 evaluations. Made for timesteps uniform in log sigma.',
  aliases: ['dpm_fast'],
  equation:
    'x_s = \\frac{\\alpha_s}{\\alpha_t} x_t - \\sigma_s (e^h - 1) \\hat\\epsilon_t - \\frac{\\sigma_s}{r_2} \\left( \\frac{e^h - 1}{h} - 1 \\right) (\\hat\\epsilon_{r_2} - \\hat\\epsilon_t)',
  source: 'Lu et al. 2022a, section 3.4 and algorithm 2',
  sampler: { name: 'dpm_fast', about: 'Third order, three evaluations per step' },
  usesModel: true,
  params: {
    last_orders: param.choice(lastOrders, 'Orders of the last steps', {
      '2': '3 n - 1 evaluations',
      '1': '3 n - 2 evaluations',
      '2, 1': '3 n - 3 evaluations',
    }),
  },
  step: ({ xt, x0, from, to, schedule, denoise, place }, { last_orders }) => {
    if (!place) throw missingStepIndexError()
    const order = fastOrders(place.count, last_orders)[place.index]
    return step({ xt, x0, from, to, schedule, denoise }, { order })
  },
})

const missingStepIndexError = () =>
  new NodeError({
    slot: 't',
    message: samplingMessages.stepIndex(),
    cure: samplingMessages.connectStart(),
  })
