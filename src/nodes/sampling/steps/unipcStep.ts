// One step of UniPC.
import { NodeError } from '../../../engine/plan/fault.ts'
import { orderOf, refuseUnpassable } from '../../../engine/samplers/exponential.ts'
import type { UniPCState } from '../../../engine/samplers/unipc.ts'
import { unipcStep as step, unipcTypes } from '../../../engine/samplers/unipc.ts'
import { advanced, choice, integer, toggle } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { lowerOrderFinal, solverOrder } from '../solverParams.ts'

export const unipcStep = defineStep({
  type: 'diffusion/UniPCStep',
  title: 'UniPC Step',
  summary:
    'Corrects what the step before predicted by what the model says of it, and predicts the next from there. The correction costs no evaluation and gains an order.',
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\hat{x}_0 - \\alpha_s B(h) \\sum_{m} \\frac{a_m}{r_m} D_m',
  source: 'Zhao et al. 2023, algorithms 1 and 2',
  sampler: { name: 'unipc', about: 'the best with 5 to 10 steps', fixed: { solver_type: 'bh2' } },
  begins: { history: [], made: 0 } as UniPCState,
  params: {
    solver_order: solverOrder,
    solver_type: advanced(
      choice(unipcTypes, 'B(h): bh2 is e^h - 1; bh1 is h, better with few steps without guidance, not for a step to clean data'),
    ),
    predict_x0: advanced(toggle(true, 'made of predictions of x_0; off: of the noise')),
    disable_corrector: advanced(
      integer(0, { min: 0, max: 1000 }, 'so many steps, from the first, are not corrected: 1 or 2 with strong guidance'),
    ),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ solver_type, predict_x0 }, { way }) => {
    if (!way) return
    if (solver_type === 'bh1' && way.to.sigma.includes(0)) throw noCleanEnd()
    refuseUnpassable(way.from, way.to, predict_x0 ? 'data' : 'noise')
  },
  step: ({ x, x0, epsilon, from, to, state, place }, params) => {
    const { solver_type: type, predict_x0, disable_corrector, lower_order_final } = params
    if (type === 'bh1' && (place?.endsClean || to.sigma.some((sigma) => sigma === 0))) {
      throw noCleanEnd()
    }
    return step(x, predict_x0 ? x0 : epsilon, from, to, state, {
      terms: predict_x0 ? 'data' : 'noise',
      type,
      order: orderOf(params.solver_order, to, place, lower_order_final),
      corrects: state.made > disable_corrector,
    })
  },
})

const noCleanEnd = () =>
  new NodeError({
    param: 'solver_type',
    message:
      'Expected a list of timesteps that ends at some noise: with bh1 B(h) is h, which is infinite for a step to clean data.',
    cure: 'Set solver_type to bh2, or `end` of Timesteps to `smallest`.',
  })
