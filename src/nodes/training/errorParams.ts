// Params of the error function of a loss.
import { lossKinds } from '../../engine/losses/index.ts'
import { param } from '../define.ts'

export const errorParams = {
  kind: param.choice(lossKinds, 'Error function', {
    mse: 'Squared error',
    l1: 'Absolute error',
    huber: 'Squared error below delta, linear above',
    pseudo_huber: 'Smooth approximation of the absolute error',
  }),
  delta: param.when(
    'kind',
    'huber',
    param.advanced(
      param.real(1, { min: 1e-6, max: 1e6 }, 'Error at which the loss becomes linear'),
    ),
  ),
  c: param.when(
    'kind',
    'pseudo_huber',
    param.advanced(
      param.real(
        0.001,
        { min: 1e-6, max: 1e6, step: 0.001 },
        'Error around which the loss becomes linear',
      ),
    ),
  ),
}
