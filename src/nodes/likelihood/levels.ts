// What a number of the data can be, as a param says it.
import type { Levelled } from '../../engine/losses/gaussians.ts'
import type { Space } from '../../engine/values.ts'
import { integer } from '../define.ts'

export const levelsParam = integer(
  256,
  { min: 0, max: 65536 },
  'how many values a pixel can have, evenly from -1 to 1: 256 for 8 bits, 17 for digits; 0: any. Points can have any',
)

/** A param of 0 and points: densities take the place of probabilities. */
export const levelledOf = (levels: number, space: Space): Levelled => (levels === 0 || space === 'point' ? 'continuous' : levels)
