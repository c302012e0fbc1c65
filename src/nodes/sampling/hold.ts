// Holding the predicted clean data in the range that data has.
import type { Hold } from '../../engine/samplers/hold.ts'
import type { Space } from '../../engine/values.ts'
import { advanced, choice, real, when } from '../define.ts'

export const holdParams = {
  clip: advanced(
    choice(
      ['auto', 'on', 'off', 'dynamic'],
      'hold the predicted x_0 in the range of the data; auto: for images only, which alone are known to have one; dynamic: thresholding by the sizes of each image (Imagen), not for latents',
    ),
  ),
  clip_range: when(
    'clip',
    ['auto', 'on'],
    advanced(real(1, { min: 0, max: 1e6, step: 0.1 }, 'the range is from minus this to this')),
  ),
  threshold_quantile: when(
    'clip',
    'dynamic',
    advanced(real(0.995, { min: 0.01, max: 1, step: 0.005 }, 'the share of sizes that is to stay')),
  ),
  threshold_max: when('clip', 'dynamic', advanced(real(1, { min: 1, max: 1e6, step: 0.1 }, 'the largest threshold'))),
}

interface HoldParams {
  clip: 'auto' | 'on' | 'off' | 'dynamic'
  clip_range: number
  threshold_quantile: number
  threshold_max: number
}

/** How x_0 of this space is held, or undefined for not at all. */
export function holdOf({ clip, clip_range, threshold_quantile, threshold_max }: HoldParams, space: Space): Hold | undefined {
  if (clip === 'dynamic') return { quantile: threshold_quantile, most: threshold_max }
  return clip === 'on' || (clip === 'auto' && space === 'image') ? { range: clip_range } : undefined
}
