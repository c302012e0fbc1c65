// Config of guidance around a model.
import type { Interval } from '../../../process/guidance.ts'

export interface GuidedConfig extends Interval {
  scale: number
  /** Guidance rescale: interpolation to the standard deviation of the conditional prediction. */
  rescale: number
}
