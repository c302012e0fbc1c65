// One step of UniPC.
import { NodeError } from '../../../engine/messages/fault.ts'
import { stepOrder, checkExponentialStep } from '../../../engine/samplers/exponential.ts'
import type { UniPCState } from '../../../engine/samplers/unipc.ts'
import { unipcStep as step, unipcTypes } from '../../../engine/samplers/unipc.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'
import { lowerOrderFinal, solverOrder } from '../solverParams.ts'
import { samplingMessages } from '../../../messages/sampling.ts'

export const unipcStep = defineStep({
  type: 'diffusion/UniPCStep',
  title: 'UniPC Step',
  summary:
    'One step of UniPC: corrects the last step with the new prediction, then predicts the next one. The correction costs no evaluation and raises the order by one.',
  aliases: ['UniPCMultistepScheduler'],
  equation:
    'x_s = \\frac{\\sigma_s}{\\sigma_t} x_t - \\alpha_s (e^{-h} - 1) \\hat{x}_0 - \\alpha_s B(h) \\sum_{m} \\frac{a_m}{r_m} D_m',
  source: 'Zhao et al. 2023, algorithms 1 and 2',
  sampler: { name: 'unipc', about: 'Best with 5 to 10 steps', fixed: { solver_type: 'bh2' } },
  initialState: { history: [], completed: 0 } as UniPCState,
  params: {
    solver_order: solverOrder,
    solver_type: param.advanced(
      param.choice(unipcTypes, 'Function B(h)', {
        bh2: 'B(h) = e^h - 1',
        bh1: 'B(h) = h: better with few steps without guidance; not for a step to clean data',
      }),
    ),
    predict_x0: param.advanced(param.toggle(true, 'Uses predictions of x_0; off: of the noise')),
    disable_corrector: param.advanced(
      param.integer(
        0,
        { min: 0, max: 1000 },
        'Number of first steps without correction: 1 or 2 with strong guidance',
      ),
    ),
    lower_order_final: lowerOrderFinal,
  },
  check: ({ solver_type, predict_x0 }, { levels }) => {
    if (!levels) return
    if (solver_type === 'bh1' && levels.to.sigma.includes(0)) throw cleanEndError()
    checkExponentialStep(levels.from, levels.to, predict_x0 ? 'data' : 'noise')
  },
  step: ({ xt, x0, epsilon, from, to, state, place }, params) => {
    const { solver_type: type, predict_x0, disable_corrector, lower_order_final } = params
    if (type === 'bh1' && (place?.endsClean || to.sigma.some((sigma) => sigma === 0))) {
      throw cleanEndError()
    }
    return step(
      { xt, value: predict_x0 ? x0 : epsilon, from, to, state },
      {
        terms: predict_x0 ? 'data' : 'noise',
        type,
        order: stepOrder(params.solver_order, to, place, lower_order_final),
        corrects: state.completed > disable_corrector,
      },
    )
  },
})

const cleanEndError = () =>
  new NodeError({
    param: 'solver_type',
    message: samplingMessages.bh1AtData(),
    cure: samplingMessages.useBh2(),
  })
