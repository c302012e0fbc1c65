// Clipping of the predicted x_0 to the range of data.
import type { Clipping } from '../../engine/samplers/clipping.ts'
import type { Space } from '../../engine/base/values.ts'
import { param } from '../define.ts'

export const clippingParams = {
  clip: param.advanced(
    param.choice(
      ['auto', 'on', 'off', 'dynamic'],
      'Clamps the predicted x_0 to the range of the data',
      {
        auto: 'On for images, off otherwise',
        on: 'From -clip_range to clip_range',
        off: 'No clamping',
        dynamic: 'Dynamic thresholding of each image (Imagen); not for latents',
      },
    ),
  ),
  clip_range: param.when(
    'clip',
    ['auto', 'on'],
    param.advanced(
      param.real(
        1,
        { min: 0, max: 1e6, step: 0.1 },
        'Clamps to the range from -clip_range to clip_range',
      ),
    ),
  ),
  threshold_quantile: param.when(
    'clip',
    'dynamic',
    param.advanced(
      param.real(
        0.995,
        { min: 0.01, max: 1, step: 0.005 },
        'Quantile of the absolute values of an image that becomes the threshold',
      ),
    ),
  ),
  threshold_max: param.when(
    'clip',
    'dynamic',
    param.advanced(param.real(1, { min: 1, max: 1e6, step: 0.1 }, 'Largest threshold')),
  ),
}

interface ClippingParams {
  clip: 'auto' | 'on' | 'off' | 'dynamic'
  clip_range: number
  threshold_quantile: number
  threshold_max: number
}

/** Returns the clipping for x_0 of this space, or undefined. */
export function createClipping(
  { clip, clip_range, threshold_quantile, threshold_max }: ClippingParams,
  space: Space,
): Clipping | undefined {
  if (clip === 'dynamic') return { quantile: threshold_quantile, most: threshold_max }
  return clip === 'on' || (clip === 'auto' && space === 'image') ? { range: clip_range } : undefined
}
