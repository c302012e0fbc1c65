// How much of pictures is coarse and how much is fine, on the device: numbers that a loop can follow.
import { NodeError } from './plan/fault.ts'
import { frequencies } from './spectrum.ts'
import type { Scalar, Tensor2D, Tensor4D } from './tf.ts'
import { tf } from './tf.ts'

/** The mean power at the frequencies of a band, per pixel: that of white noise is its variance in every band. */
export interface BandPower {
  low: Scalar
  mid: Scalar
  high: Scalar
}

/** Where bands end, as shares of the Nyquist frequency. */
export interface BandLimits {
  low_to: number
  high_from: number
}

/**
 * The power of pictures `[b, h, w, c]` in three bands of frequencies, the mean over pictures and channels. Each frequency but 0,
 * which is the mean brightness, belongs to one band: weighted with their shares of the frequencies they make the variance.
 */
export function bandPower(x: Tensor4D, limits: BandLimits): BandPower {
  const [, height, width] = x.shape
  const means = tf
    .matMul(powerOf(x), bandMeans(height, width, limits))
    .transpose()
    .mean(1)
  const band = (i: number) => means.slice(i, 1).reshape([]) as Scalar
  return { low: band(0), mid: band(1), high: band(2) }
}

/** |F|² of every channel of every picture, `[b c, w h]`: column after column. */
function powerOf(x: Tensor4D): Tensor2D {
  const [b, height, width, c] = x.shape
  const planes = x.transpose([0, 3, 1, 2]).reshape([-1, width]) as Tensor2D
  const turned = (rows: Tensor2D) =>
    rows
      .reshape([b * c, height, width])
      .transpose([0, 2, 1])
      .reshape([-1, height]) as Tensor2D
  const [cos, sin] = waves(width).map((wave) => turned(tf.matMul(planes, wave))) as [Tensor2D, Tensor2D]
  const [cosY, sinY] = waves(height)
  // (C - i S)(c - i s), a sum over both axes.
  const re = tf.matMul(cos, cosY).sub(tf.matMul(sin, sinY))
  const im = tf.matMul(cos, sinY).add(tf.matMul(sin, cosY))
  return re
    .square()
    .add(im.square())
    .reshape([-1, width * height]) as Tensor2D
}

/** Cosines and sines of every frequency, `[size, size]`. */
function waves(size: number): [Tensor2D, Tensor2D] {
  const table = (wave: (angle: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: size * size }, (_, i) =>
        // k n modulo the size: float64 keeps the angle exact.
        wave((2 * Math.PI * ((Math.floor(i / size) * (i % size)) % size)) / size),
      ),
      [size, size],
    )
  return [table(Math.cos), table(Math.sin)]
}

/** `[w h, 3]`: a product with it is the mean over each band. */
function bandMeans(height: number, width: number, { low_to, high_from }: BandLimits): Tensor2D {
  const nyquist = Math.max(height, width) / 2
  // Of the picture turned round, which is stored column after column.
  const bands = frequencies(width, height).map((frequency) =>
    frequency === 0 ? -1 : frequency <= low_to * nyquist ? 0 : frequency < high_from * nyquist ? 1 : 2,
  )
  const counts = [0, 1, 2].map((band) => bands.filter((own) => own === band).length)
  const empty = counts.indexOf(0)
  if (empty >= 0) throw emptyBand(['low', 'mid', 'high'][empty]!, height, width)
  const means = new Float32Array(3 * bands.length)
  bands.forEach((band, i) => {
    if (band >= 0) means[3 * i + band] = 1 / (counts[band]! * height * width)
  })
  return tf.tensor2d(means, [bands.length, 3])
}

const emptyBand = (band: string, height: number, width: number) =>
  new NodeError({
    param: band === 'high' ? 'high_from' : 'low_to',
    message: `No frequency of a picture of ${height} x ${width} lies in the ${band} band.`,
    cure: 'Move low_to and high_from, or wire larger pictures.',
  })
