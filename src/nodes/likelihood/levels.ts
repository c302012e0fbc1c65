// The param for the number of quantization levels of the data.
import type { DataLevels } from '../../engine/losses/gaussians.ts'
import type { Space } from '../../engine/base/values.ts'
import { param } from '../define.ts'

export const levelsParam = param.integer(
  256,
  { min: 0, max: 65536 },
  'Number of values a pixel can have, evenly spaced from -1 to 1: 256 for 8 bits, 17 for digits; 0: continuous, as for points',
)

/** Interprets the param; 0, or points, means densities instead of probabilities. */
export const dataLevels = (levels: number, space: Space): DataLevels =>
  levels === 0 || space === 'point' ? 'continuous' : levels
