// How wrong a prediction is, as one number.
import { meanError, minSnrWeights } from '../../engine/losses.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Levels } from '../../engine/schedule.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { ScheduleValue, Timestep } from '../../engine/values.ts'
import { advanced, choice, defineNode, loss as lossSlot, optional, prediction, real, schedule, timestep } from '../define.ts'
import { checkAlike } from '../predictions.ts'

export const loss = defineNode({
  type: 'diffusion/Loss',
  category: 'training',
  summary: 'The mean error of a prediction against what it should have been, each item weighted by its timestep if asked for.',
  equation: 'L = \\mathrm{mean}\\left( w_t \\, |o - \\mathrm{target}|^2 \\right)',
  source: 'Ho et al. 2020, eq. 14; min-SNR: Hang et al. 2023; Huber as in PyTorch',
  inputs: {
    prediction: prediction('from Predict'),
    target: prediction('what it should have been, from Target'),
    schedule: optional(schedule('for min_snr')),
    t: optional(timestep('for min_snr')),
  },
  outputs: { loss: lossSlot('one number') },
  params: {
    kind: choice(['mse', 'huber'], 'the square of the error, or its size where it is large'),
    delta: advanced(real(1, { min: 1e-6, max: 1e6 }, 'huber: where the line begins')),
    weighting: choice(['uniform', 'min_snr'], 'of the items, by the signal-to-noise ratio at their t'),
    gamma: advanced(real(5, { min: 1e-6, max: 1e6, step: 0.1 }, 'min_snr: the largest signal-to-noise ratio that counts')),
  },
  run: ({ prediction, target, schedule, t }, { kind, delta, weighting, gamma }) => {
    checkAlike(prediction, target, ['prediction', 'target'])
    const weights = weighting === 'min_snr' ? minSnrWeights(prediction.predicts, levelsOf(schedule, t), gamma) : undefined
    return { loss: { type: 'loss', tensor: meanError(prediction.tensor, target.tensor, { kind, delta, weights }) } }
  },
})

function levelsOf(schedule: ScheduleValue | undefined, t: Timestep | undefined): Levels {
  if (schedule && t) return levelsAt(schedule.schedule, t)
  throw new NodeError({
    slot: schedule ? 't' : 'schedule',
    message: 'min_snr weights follow from the signal-to-noise ratio, which takes a schedule and t.',
    cure: 'Wire both as they are wired to ForwardNoise, or choose `uniform`.',
  })
}
