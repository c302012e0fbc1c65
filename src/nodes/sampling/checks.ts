// Checks before a run for evaluations that no model or step supports.
import { withoutSignal } from '../../engine/models/kinds/precondition/precondition.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { StaticPrediction } from '../../engine/plan/op.ts'
import { missingVarianceError } from '../../engine/process/posterior.ts'
import { determinesData } from '../../engine/process/prediction.ts'
import type { Schedule, Times } from '../../engine/process/schedule.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import { samplingMessages } from '../../messages/sampling.ts'

interface Evaluation {
  /** Slot of the fault, `prediction` or `model`. */
  slot: string
  prediction: StaticPrediction | undefined
  schedule: ScheduleValue | undefined
  /** Times at which the model is evaluated; unknown ones are undefined. */
  times: readonly (Times | undefined)[]
}

/**
 * Rejects an epsilon model at pure noise, where x_0 does not follow from epsilon: at the start of
 * flows and of schedules with zero terminal SNR (Lin et al. 2023, section 3.2). Also rejects models
 * that cannot be evaluated there. Throws NodeError at `slot`.
 */
export function rejectPureNoise({ slot, prediction, schedule, times }: Evaluation) {
  if (!prediction || !schedule) return
  if (determinesData(prediction.predicts) && !prediction.needsSignal) return
  for (const time of times) {
    if (!time) continue
    const { t, alpha } = levelsAt(schedule.schedule, time)
    const noiseOnly = alpha.indexOf(0)
    if (noiseOnly < 0) continue
    throw prediction.needsSignal
      ? withoutSignal(t[noiseOnly], slot)
      : noiseOnlyError(slot, prediction, schedule.schedule, t[noiseOnly])
  }
}

const noiseOnlyError = (
  slot: string,
  { predicts }: StaticPrediction,
  { kind }: Schedule,
  t: number,
) =>
  new NodeError({
    slot,
    message: samplingMessages.noiseOnly({ t, predicts }),
    cure: kind === 'flow' ? samplingMessages.predictFlow() : samplingMessages.predictVelocity(),
  })

/** Rejects a model without a learned variance. Throws NodeError. */
export function rejectFixedVariance(prediction: StaticPrediction | undefined) {
  if (prediction && !prediction.variance) throw missingVarianceError()
}
