// Config of a mixture of Gaussians.
import type { Schedule } from '../../../process/schedule.ts'

export interface ExactConfig {
  dim: number
  /** Standard deviation of each Gaussian; 0 for a finite set of points. */
  std: number
  /** Number of classes; 0 for unlabelled centres. */
  num_classes: number
  schedule: Schedule
}
