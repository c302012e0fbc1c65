// Values on wires: schedules, and times in them.
import type { LossRecord } from './importance.ts'
import type { Schedule, Times } from './schedule.ts'
import type { Transitions } from './timesteps.ts'

/** Timesteps of a batch: one per item, or one for all items. -1 means clean data. */
export interface Timestep extends Times {
  type: 'timestep'
  /** Position of the sampler step that begins at this timestep. */
  place?: StepPlace
}

/** Position of a sampler step: `index` is 0 ... count - 1. */
export interface StepPlace {
  index: number
  count: number
  /** The last step ends at clean data. */
  endsClean?: boolean
  /** The last timesteps before a list that is the rest of a longer one. */
  skipped?: Times
}

/** The transitions of a sampler, in order. */
export interface Timesteps extends Transitions {
  type: 'timesteps'
}

/** The training process, see `schedule.ts`. */
export interface ScheduleValue {
  type: 'schedule'
  schedule: Schedule
}

/** The last losses of each timestep during a training, see `importance.ts`. */
export interface RecordValue {
  type: 'record'
  record: LossRecord
}
