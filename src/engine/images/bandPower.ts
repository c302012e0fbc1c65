// Power of images in three frequency bands, computed on the device as scalars that a loop can
// record.
import { EngineError } from '../base/errors.ts'
import { processMessages, processWords } from '../messages/process.ts'
import { frequencies } from './spectrum.ts'
import type { Scalar, Tensor2D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** The mean power per pixel of each band. For white noise it is the variance in every band. */
export interface BandPower {
  low: Scalar
  mid: Scalar
  high: Scalar
}

/** Limits of the bands, as fractions of the Nyquist frequency. */
export interface BandLimits {
  low_to: number
  high_from: number
}

/**
 * The power of images `[b, h, w, c]` in three frequency bands, averaged over images and channels.
 * Each frequency except 0, the mean brightness, belongs to one band. The mean of the bands,
 * weighted by their numbers of frequencies, is the variance.
 */
export function bandPower(x: Tensor4D, limits: BandLimits): BandPower {
  const [, height, width] = x.shape
  const means = tf
    .matMul(channelPower(x), bandMeans(height, width, limits))
    .transpose()
    .mean(1)
  const band = (i: number) => means.slice(i, 1).reshape([]) as Scalar
  return { low: band(0), mid: band(1), high: band(2) }
}

/** |F|² of every channel of every image, `[b c, w h]`, stored column by column. */
function channelPower(x: Tensor4D): Tensor2D {
  const [b, height, width, c] = x.shape
  const planes = x.transpose([0, 3, 1, 2]).reshape([-1, width]) as Tensor2D
  const turned = (rows: Tensor2D) =>
    rows
      .reshape([b * c, height, width])
      .transpose([0, 2, 1])
      .reshape([-1, height]) as Tensor2D
  const [cos, sin] = waveTables(width).map((wave) => turned(tf.matMul(planes, wave))) as [
    Tensor2D,
    Tensor2D,
  ]
  const [cosY, sinY] = waveTables(height)
  // (C - i S)(c - i s), a sum over both axes.
  const re = tf.matMul(cos, cosY).sub(tf.matMul(sin, sinY))
  const im = tf.matMul(cos, sinY).add(tf.matMul(sin, cosY))
  return re
    .square()
    .add(im.square())
    .reshape([-1, width * height]) as Tensor2D
}

/** Cosines and sines of all frequencies, each `[size, size]`. */
function waveTables(size: number): [Tensor2D, Tensor2D] {
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

/** A matrix `[w h, 3]` that averages over each band. */
function bandMeans(height: number, width: number, { low_to, high_from }: BandLimits): Tensor2D {
  const nyquist = Math.max(height, width) / 2
  // The image is transposed: it is stored column by column.
  const bands = frequencies(width, height).map((frequency) =>
    frequency === 0
      ? -1
      : frequency <= low_to * nyquist
        ? 0
        : frequency < high_from * nyquist
          ? 1
          : 2,
  )
  const counts = [0, 1, 2].map((band) => bands.filter((own) => own === band).length)
  const empty = counts.indexOf(0)
  if (empty >= 0) throw emptyBand((['low', 'mid', 'high'] as const)[empty], height, width)
  const means = new Float32Array(3 * bands.length)
  bands.forEach((band, i) => {
    if (band >= 0) means[3 * i + band] = 1 / (counts[band] * height * width)
  })
  return tf.tensor2d(means, [bands.length, 3])
}

const emptyBand = (band: 'low' | 'mid' | 'high', height: number, width: number) =>
  new EngineError(processMessages.emptyBand, {
    argument: band === 'high' ? 'high_from' : 'low_to',
    band: processWords[band](),
    height,
    width,
  })
