// Loss: the weighted error of a prediction.
import {
  itemMeans,
  lossWeights,
  meanError,
  weightedErrors,
  weightings,
} from '../../engine/losses/index.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Outputs } from '../../engine/plan/op.ts'
import type { Levels } from '../../engine/process/schedule.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Scalar } from '../../engine/base/tf.ts'
import type { ItemLosses, Loss } from '../../engine/base/values.ts'
import type { ScheduleValue, Timestep } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkComparable, checkSameTypes } from '../process/predictions.ts'
import { errorParams } from './errorParams.ts'
import { weightErrors, toItemLosses } from './items.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

export const loss = defineNode({
  type: 'diffusion/Loss',
  category: 'training',
  summary:
    'Mean error between a prediction and its target, optionally weighted by the timestep of each item.',
  aliases: [
    'mse',
    'mse_loss',
    'mean squared error',
    'l2',
    'l1',
    'huber',
    'smooth_l1',
    'objective',
    'criterion',
    'score matching',
    'denoising score matching',
    'min snr',
    'weighted loss',
  ],
  equation: 'L = \\mathrm{mean}\\left( w_t \\, |o - \\mathrm{target}|^2 \\right)',
  source:
    'Ho et al. 2020, eq. 14; weights: Hang et al. 2023 (min-SNR), Salimans & Ho 2022, Choi et al. 2022 (P2), Karras et al. 2022 (EDM), Crowson et al. 2024, Esser et al. 2024 (SD3); Huber as in PyTorch, pseudo-Huber: Song & Dhariwal 2023',
  inputs: {
    prediction: slot.prediction('Prediction from Predict'),
    target: slot.prediction('Target, from Target'),
    schedule: slot.optional(slot.schedule('Required for weighting')),
    t: slot.optional(slot.timestep('Required for weighting, and for losses')),
    weights: slot.optional(
      slot.weights('Additional weights of the items, from ImportanceTimesteps'),
    ),
  },
  outputs: {
    loss: slot.loss('Scalar loss'),
    losses: slot.losses('Error of each item before the weights input is applied; requires t'),
  },
  params: {
    ...errorParams,
    weighting: param.choice(
      ['uniform', ...weightings],
      'Weights of the items by the signal-to-noise ratio (SNR) at t. All but uniform are defined for errors of x_0 and converted to the prediction type',
      {
        uniform: 'Weight 1 for every error, whatever is predicted',
        min_snr: 'SNR, at most gamma',
        soft_min_snr: 'Smooth version of min_snr',
        snr: 'SNR: weight 1 for errors of epsilon',
        snr_plus_1: 'SNR + 1: weight 1 for errors of v',
        truncated_snr: 'SNR, at least 1',
        p2: 'P2: less weight on low noise levels',
        edm: 'EDM: SNR plus a constant',
        sigma_sqrt: 'Weight 1 for errors of a flow, as in SD3',
        cosmap: 'CosMap, as in SD3',
      },
    ),
    gamma: param.when(
      'weighting',
      'min_snr',
      param.advanced(param.real(5, { min: 1e-6, max: 1e6, step: 0.1 }, 'Largest SNR that counts')),
    ),
    sigma_data: param.when(
      'weighting',
      ['edm', 'soft_min_snr'],
      param.advanced(
        param.real(0.5, { min: 1e-3, max: 1e3, step: 0.01 }, 'Standard deviation of the data'),
      ),
    ),
    p2_gamma: param.when(
      'weighting',
      'p2',
      param.advanced(
        param.real(
          1,
          { min: 0, max: 10, step: 0.1 },
          'How much low noise levels are down-weighted',
        ),
      ),
    ),
    p2_k: param.when(
      'weighting',
      'p2',
      param.advanced(
        param.real(1, { min: 1e-6, max: 1e6, step: 0.1 }, 'Constant added to the SNR'),
      ),
    ),
  },
  check: (params, { prediction, target, schedule, t }) => {
    checkSameTypes(prediction, target, ['prediction', 'target'])
    if (params.weighting === 'uniform' || !prediction || !schedule || !t) return
    lossWeights(
      params.weighting,
      prediction.predicts,
      levelsAt(schedule.schedule, t),
      weightOptions(params),
    )
  },
  run: (
    { prediction, target, schedule, t, weights: wired },
    { kind, delta, c, weighting, ...params },
  ) => {
    checkComparable(prediction, target, ['prediction', 'target'])
    const weights =
      weighting === 'uniform'
        ? undefined
        : lossWeights(
            weighting,
            prediction.predicts,
            requireLevels(weighting, schedule, t),
            weightOptions(params),
          )
    const options = { kind, delta, c, ...(weights && { weights }) }
    if (!t && !wired)
      return {
        loss: { type: 'loss', tensor: meanError(prediction.tensor, target.tensor, options) },
      } as Made
    const errors = weightedErrors(prediction.tensor, target.tensor, options)
    const tensor = weightErrors(errors, wired).mean<Scalar>()
    // Records of losses need the timestep of each item.
    return {
      loss: { type: 'loss', tensor },
      ...(t && { losses: toItemLosses(itemMeans(errors), t) }),
    } as Made
  },
})

interface WeightParams {
  gamma: number
  sigma_data: number
  p2_gamma: number
  p2_k: number
}

const weightOptions = ({
  gamma,
  sigma_data: sigmaData,
  p2_gamma: p2Gamma,
  p2_k: p2K,
}: WeightParams) => ({
  gamma,
  sigmaData,
  p2Gamma,
  p2K,
})

/** `losses` is present only if t is wired. */
interface Made extends Outputs {
  loss: Loss
  losses: ItemLosses
}

function requireLevels(
  weighting: string,
  schedule: ScheduleValue | undefined,
  t: Timestep | undefined,
): Levels {
  if (schedule && t) return levelsAt(schedule.schedule, t)
  throw new NodeError({
    slot: schedule ? 't' : 'schedule',
    message: trainingNodeMessages.weighting({ weighting }),
    cure: trainingNodeMessages.connectSchedule(),
  })
}
