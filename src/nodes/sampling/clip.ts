// Holding the predicted clean data in the range that data has.
import type { Space } from '../../engine/values.ts'
import { advanced, choice, real } from '../define.ts'

export const clipParams = {
  clip: advanced(
    choice(
      ['auto', 'on', 'off'],
      'hold the predicted x_0 in the range of the data; auto: for images only, which alone are known to have one',
    ),
  ),
  clip_range: advanced(real(1, { min: 0, max: 1e6, step: 0.1 }, 'the range is from minus this to this')),
}

/** The bound on |x_0|, or undefined for none. */
export const clipOf = (
  { clip, clip_range }: { clip: 'auto' | 'on' | 'off'; clip_range: number },
  space: Space,
): number | undefined => (clip === 'on' || (clip === 'auto' && space === 'image') ? clip_range : undefined)
