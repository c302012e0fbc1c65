// One step of DPM-Solver-fast.
import { dpmSolverSingleStep, fastOrders, lastOrders } from '../../../engine/samplers/dpmSolverPairs.ts'
import { NodeError } from '../../../engine/plan/fault.ts'
import { choice } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const dpmFastStep = defineStep({
  type: 'diffusion/DPMFastStep',
  title: 'DPM-Solver Fast Step',
  summary:
    'Makes a step of DPM-Solver of third order, with three evaluations; the last steps have lower orders, so that a budget of evaluations is used up: 3 a step, less 1, 2 or 3. Made for timesteps that are even in the logarithm of sigma.',
  equation:
    'x_s = \\frac{\\alpha_s}{\\alpha_t} x_t - \\sigma_s (e^h - 1) \\hat\\epsilon_t - \\frac{\\sigma_s}{r_2} \\left( \\frac{e^h - 1}{h} - 1 \\right) (\\hat\\epsilon_{r_2} - \\hat\\epsilon_t)',
  source: 'Lu et al. 2022a, section 3.4 and algorithm 2',
  sampler: { name: 'dpm_fast', about: 'three evaluations a step, third order' },
  asks: true,
  params: {
    last_orders: choice(
      lastOrders,
      'orders of the last steps: with n steps, 2 makes 3 n - 1 evaluations; 1, 3 n - 2; 2 and 1, 3 n - 3',
    ),
  },
  step: ({ x, x0, from, to, schedule, denoise, place }, { last_orders }) => {
    if (!place) throw unplaced()
    const order = fastOrders(place.count, last_orders)[place.index]!
    return dpmSolverSingleStep(order, x, x0, from, to, schedule, denoise)
  },
})

const unplaced = () =>
  new NodeError({
    slot: 't',
    message: 'The order of a step depends on which one it is, but t does not say that.',
    cure: 'Wire t from SamplingStart.',
  })
