// How wrong a prediction is, as one number.
import { itemMeans, lossKinds, lossWeights, weightedErrors, weightings } from '../../engine/losses/index.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Outputs } from '../../engine/plan/op.ts'
import type { Levels } from '../../engine/schedule.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { Scalar } from '../../engine/tf.ts'
import type { ItemLosses, Loss, ScheduleValue, Timestep } from '../../engine/values.ts'
import {
  advanced,
  choice,
  defineNode,
  loss as lossSlot,
  losses,
  optional,
  prediction,
  real,
  schedule,
  timestep,
  weights as weightsSlot,
  when,
} from '../define.ts'
import { checkAlike, checkKinds } from '../predictions.ts'
import { counted, lossesOf } from './items.ts'

export const loss = defineNode({
  type: 'diffusion/Loss',
  category: 'training',
  summary: 'The mean error of a prediction against what it should have been, each item weighted by its timestep if asked for.',
  equation: 'L = \\mathrm{mean}\\left( w_t \\, |o - \\mathrm{target}|^2 \\right)',
  source:
    'Ho et al. 2020, eq. 14; weights: Hang et al. 2023 (min-SNR), Salimans & Ho 2022, Choi et al. 2022 (P2), Karras et al. 2022 (EDM), Crowson et al. 2024, Esser et al. 2024 (SD3); Huber as in PyTorch, pseudo-Huber: Song & Dhariwal 2023',
  inputs: {
    prediction: prediction('from Predict'),
    target: prediction('what it should have been, from Target'),
    schedule: optional(schedule('for a weighting')),
    t: optional(timestep('for a weighting, and for losses')),
    weights: optional(weightsSlot('of the items, on top of the weighting; from ImportanceTimesteps')),
  },
  outputs: {
    loss: lossSlot('one number'),
    losses: losses('the error of each item, before what is wired to weights multiplies it; takes t'),
  },
  params: {
    kind: choice(
      lossKinds,
      'the square of the error, its size (l1), its size where it is large (huber), or almost its size (pseudo_huber)',
    ),
    delta: when('kind', 'huber', advanced(real(1, { min: 1e-6, max: 1e6 }, 'where the line begins'))),
    c: when('kind', 'pseudo_huber', advanced(real(0.001, { min: 1e-6, max: 1e6, step: 0.001 }, 'about where the line begins'))),
    weighting: choice(
      ['uniform', ...weightings],
      'of the items, by the signal-to-noise ratio at their t. uniform: every error counts 1, whatever is predicted; the others weigh errors of x_0, and what is predicted accordingly: min_snr, soft_min_snr; snr: errors of epsilon count 1; snr_plus_1: those of v; truncated_snr; p2; edm, which is snr plus a constant; sigma_sqrt: those of a flow; cosmap',
    ),
    gamma: when(
      'weighting',
      'min_snr',
      advanced(real(5, { min: 1e-6, max: 1e6, step: 0.1 }, 'the largest signal-to-noise ratio that counts')),
    ),
    sigma_data: when(
      'weighting',
      ['edm', 'soft_min_snr'],
      advanced(real(0.5, { min: 1e-3, max: 1e3, step: 0.01 }, 'the deviation of the data')),
    ),
    p2_gamma: when('weighting', 'p2', advanced(real(1, { min: 0, max: 10, step: 0.1 }, 'how strongly small noise counts less'))),
    p2_k: when('weighting', 'p2', advanced(real(1, { min: 1e-6, max: 1e6, step: 0.1 }, 'added to the signal-to-noise ratio'))),
  },
  check: (params, { prediction, target, schedule, t }) => {
    checkKinds(prediction, target, ['prediction', 'target'])
    if (params.weighting === 'uniform' || !prediction || !schedule || !t) return
    lossWeights(params.weighting, prediction.predicts, levelsAt(schedule.schedule, t), weightOptions(params))
  },
  run: ({ prediction, target, schedule, t, weights: wired }, { kind, delta, c, weighting, ...params }) => {
    checkAlike(prediction, target, ['prediction', 'target'])
    const weights =
      weighting === 'uniform'
        ? undefined
        : lossWeights(weighting, prediction.predicts, levelsOf(weighting, schedule, t), weightOptions(params))
    const errors = weightedErrors(prediction.tensor, target.tensor, { kind, delta, c, ...(weights && { weights }) })
    const tensor = counted(errors, wired).mean<Scalar>()
    // What has no t is no entry in a record of losses.
    return { loss: { type: 'loss', tensor }, ...(t && { losses: lossesOf(itemMeans(errors), t) }) } as Made
  },
})

interface WeightParams {
  gamma: number
  sigma_data: number
  p2_gamma: number
  p2_k: number
}

const weightOptions = ({ gamma, sigma_data: sigmaData, p2_gamma: p2Gamma, p2_k: p2K }: WeightParams) => ({
  gamma,
  sigmaData,
  p2Gamma,
  p2K,
})

/** `losses` is only there where t is wired. */
interface Made extends Outputs {
  loss: Loss
  losses: ItemLosses
}

function levelsOf(weighting: string, schedule: ScheduleValue | undefined, t: Timestep | undefined): Levels {
  if (schedule && t) return levelsAt(schedule.schedule, t)
  throw new NodeError({
    slot: schedule ? 't' : 'schedule',
    message: `${weighting} weights follow from the signal-to-noise ratio, which takes a schedule and t.`,
    cure: 'Wire both as they are wired to ForwardNoise, or choose `uniform`.',
  })
}
