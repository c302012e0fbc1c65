// Resizes images: area averaging to shrink, linear interpolation to enlarge. Works by rows, so that
// a large photo is never in memory twice, and in plain arithmetic, so that results are the same
// everywhere.
import type { ImportOptions } from '../protocol.ts'

/** A decoded image, upright, composited over black. */
export interface Picture {
  width: number
  height: number
  /** Returns RGBX bytes of `count` rows from row `top`. */
  rows(top: number, count: number): Uint8ClampedArray
}

export type ImageSize = Pick<ImportOptions, 'width' | 'height' | 'channels' | 'fit' | 'position'>

/** Number of pixels decoded at once. */
const STRIP = 2 ** 19

/** Resizes to height x width x channels bytes. Grey is luma (ITU-R BT.601), as Pillow's mode L. */
export function resizePicture(picture: Picture, size: ImageSize): Uint8Array {
  const { width, height, channels } = size
  const { source, target } = placePicture(picture, size)
  const columns = computeTaps(source.x, target.x)
  const rows = computeTaps(source.y, target.y)
  const sums = new Float64Array(target.x.length * target.y.length * channels)
  for (const { row, pixels, at } of resampledRows(picture, rows)) {
    const line = resizedRow(pixels, at, columns, channels)
    for (const [to, weight] of weightsOn(row, rows)) {
      const start = to * line.length
      for (let i = 0; i < line.length; i++) sums[start + i] += weight * line[i]
    }
  }
  return placeOnCanvas(sums, target, { width, height, channels })
}

/** An interval of an axis, in pixels. */
interface Span {
  start: number
  length: number
}

interface Place {
  x: Span
  y: Span
}

const MIDDLE = [0.5, 0.5] as const

/** Maps source intervals to target intervals. */
export function placePicture(
  { width: fromX, height: fromY }: Pick<Picture, 'width' | 'height'>,
  { width, height, fit, position: [atX, atY] = MIDDLE }: Omit<ImageSize, 'channels'>,
): { source: Place; target: Place } {
  const whole = (length: number): Span => ({ start: 0, length })
  const part = (length: number, all: number, at: number): Span => ({
    start: (all - length) * at,
    length,
  })
  const target = { x: whole(width), y: whole(height) }
  if (fit === 'crop') {
    const scale = Math.min(fromX / width, fromY / height)
    return {
      source: { x: part(width * scale, fromX, atX), y: part(height * scale, fromY, atY) },
      target,
    }
  }
  const source = { x: whole(fromX), y: whole(fromY) }
  if (fit === 'stretch') return { source, target }
  const scale = Math.max(fromX / width, fromY / height)
  const inside = (length: number, all: number, at: number): Span => {
    const shown = Math.max(1, Math.min(all, Math.round(length / scale)))
    return { start: Math.floor((all - shown) * at), length: shown }
  }
  return { source, target: { x: inside(fromX, width, atX), y: inside(fromY, height, atY) } }
}

/**
 * For each target pixel along an axis: the first source pixel, and the weights of it and the
 * following ones.
 */
interface Taps {
  first: number
  weights: Float64Array
}

function computeTaps(source: Span, target: Span): Taps[] {
  const scale = source.length / target.length
  return Array.from({ length: target.length }, (_, i) =>
    scale >= 1
      ? areaTaps(source.start + i * scale, scale)
      : linearTaps(source.start + (i + 0.5) * scale - 0.5, source),
  )
}

/** Coverage of each pixel by the interval from `from` to `from + length`. */
function areaTaps(from: number, length: number): Taps {
  const first = Math.floor(from + TINY)
  const last = Math.max(first, Math.ceil(from + length - TINY) - 1)
  const weights = Float64Array.from({ length: last - first + 1 }, (_, i) =>
    Math.max(0, Math.min(first + i + 1, from + length) - Math.max(first + i, from)),
  )
  const sum = weights.reduce((a, b) => a + b)
  return { first, weights: weights.map((weight) => weight / sum) }
}

/** Tolerance, so that rounding includes no pixel with zero coverage. */
const TINY = 1e-9

function linearTaps(at: number, { start, length }: Span): Taps {
  const [least, greatest] = [Math.floor(start + TINY), Math.ceil(start + length - TINY) - 1]
  const place = Math.min(greatest, Math.max(least, at))
  const first = Math.min(Math.floor(place), Math.max(least, greatest - 1))
  const share = place - first
  return { first, weights: share > 0 ? Float64Array.of(1 - share, share) : Float64Array.of(1) }
}

/** Lists the source rows that contribute to the result, in order. */
function* resampledRows(
  picture: Picture,
  taps: Taps[],
): Generator<{ row: number; pixels: Uint8ClampedArray; at: number }> {
  const first = taps[0].first
  const end = Math.max(...taps.map(({ first, weights }) => first + weights.length))
  const strip = Math.max(1, Math.floor(STRIP / picture.width))
  for (let top = first; top < end; top += strip) {
    const count = Math.min(strip, end - top)
    const pixels = picture.rows(top, count)
    for (let i = 0; i < count; i++) yield { row: top + i, pixels, at: 4 * i * picture.width }
  }
}

function resizedRow(
  pixels: Uint8ClampedArray,
  at: number,
  taps: Taps[],
  channels: 1 | 3,
): Float64Array {
  const line = new Float64Array(taps.length * channels)
  taps.forEach(({ first, weights }, i) => {
    let [red, green, blue] = [0, 0, 0]
    for (let k = 0; k < weights.length; k++) {
      const from = at + 4 * (first + k)
      const weight = weights[k]
      red += weight * pixels[from]
      green += weight * pixels[from + 1]
      blue += weight * pixels[from + 2]
    }
    if (channels === 1) line[i] = 0.299 * red + 0.587 * green + 0.114 * blue
    else line.set([red, green, blue], 3 * i)
  })
  return line
}

/** Target rows and weights of a source row. */
function* weightsOn(row: number, taps: Taps[]): Generator<[row: number, weight: number]> {
  for (const [to, { first, weights }] of taps.entries()) {
    const weight = weights[row - first]
    if (weight) yield [to, weight]
  }
}

function placeOnCanvas(
  sums: Float64Array,
  { x, y }: Place,
  { width, height, channels }: { width: number; height: number; channels: number },
): Uint8Array {
  const out = new Uint8Array(width * height * channels)
  const length = x.length * channels
  for (let row = 0; row < y.length; row++) {
    const to = ((y.start + row) * width + x.start) * channels
    for (let i = 0; i < length; i++) out[to + i] = Math.min(255, Math.round(sums[row * length + i]))
  }
  return out
}
