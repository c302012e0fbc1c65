// Config of a Gaussian.
import type { Schedule } from '../../../process/schedule.ts'

export interface GaussianConfig {
  dim: number
  schedule: Schedule
}
