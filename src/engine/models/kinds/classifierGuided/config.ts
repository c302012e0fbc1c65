// Config of classifier guidance around a model.
import type { Schedule } from '../../../process/schedule.ts'

export interface ClassifierGuidedConfig {
  scale: number
  schedule: Schedule
}
