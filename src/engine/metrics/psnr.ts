// Peak signal-to-noise ratio of images.
import type { Scalar, Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Difference of black, -1, and white, 1. */
const PEAK = 2

/**
 * 10 log10(2² / mean squared error) in decibels, over all pixels of images in [-1, 1]; infinite for
 * equal images.
 */
export const peakSignalToNoise = (x: Tensor, target: Tensor): Scalar =>
  tf.tidy(() => {
    const error = x.sub(target).square().mean()
    return tf
      .scalar(PEAK ** 2)
      .div(error)
      .log()
      .mul(10 / Math.LN10) as Scalar
  })
