// What no model and no step can do, found before the run from what is known then.
import { withoutSignal } from '../../engine/models/precondition.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Said } from '../../engine/plan/op.ts'
import { noVariance } from '../../engine/posterior.ts'
import { tellsOfData } from '../../engine/prediction.ts'
import type { Schedule, Times } from '../../engine/schedule.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { ScheduleValue } from '../../engine/values.ts'

interface Question {
  /** The slot that the fault is about, `prediction` or `model`. */
  slot: string
  said: Said | undefined
  schedule: ScheduleValue | undefined
  /** When the model is asked: from each of these, what is not known is left out. */
  times: readonly (Times | undefined)[]
}

/**
 * Refuses to ask what clean data is where there is nothing but noise, of a model that predicts that noise: at the start of every
 * flow, and of schedules with zero terminal SNR (Lin et al. 2023, section 3.2); and of one that cannot be asked there at all. Throws
 * NodeError at `slot`.
 */
export function refuseNothingButNoise({ slot, said, schedule, times }: Question) {
  if (!said || !schedule || (tellsOfData(said.predicts) && !said.needsSignal)) return
  for (const time of times) {
    if (!time) continue
    const { t, alpha } = levelsAt(schedule.schedule, time)
    const unlit = alpha.indexOf(0)
    if (unlit < 0) continue
    throw said.needsSignal ? withoutSignal(t[unlit]!, slot) : saysNothing(slot, said, schedule.schedule, t[unlit]!)
  }
}

const saysNothing = (slot: string, { predicts }: Said, { kind }: Schedule, t: number) =>
  new NodeError({
    slot,
    message: `At t = ${t} x_t is nothing but noise, and the model predicts that noise (${predicts}): it says nothing of the data.`,
    cure:
      kind === 'flow'
        ? 'Set `predicts` of the model to flow_prediction; a network has to be trained so.'
        : 'Set `predicts` of the model to v_prediction; a network has to be trained so. Or begin where some signal is left: `timestep_spacing` leading, with fewer steps than there are timesteps.',
  })

/** Refuses to take from a model a variance that it does not say. Throws NodeError. */
export function refuseNoVariance(said: Said | undefined) {
  if (said && !said.variance) throw noVariance()
}
