// Images as bytes: conversion from [-1, 1], grids, resizing, and selection of frames.
import type { Pictures } from '../base/view.ts'

/**
 * `data`: -1 is black, 1 is white, values outside are clipped. `auto`: the smallest value is black,
 * the largest white.
 */
export const ranges = ['data', 'auto'] as const
export type Range = (typeof ranges)[number]

/**
 * Converts images [count, height, width, channels] to bytes. Rounds to the nearest, halves to even,
 * as numpy and so diffusers do. NaN becomes black.
 */
export function toPictures(
  numbers: ArrayLike<number>,
  [count, height, width, channels]: readonly [number, number, number, 1 | 3],
  range: Range = 'data',
): Pictures {
  const [low, high] = range === 'data' ? [-1, 1] : finiteRange(numbers)
  const unit = high > low ? 255 / (high - low) : 0
  const pixels = new Uint8ClampedArray(count * height * width * channels)
  // A clamped array clips, rounds and converts NaN to 0.
  for (let i = 0; i < pixels.length; i++) pixels[i] = (numbers[i] - low) * unit
  return { width, height, channels, count, pixels }
}

function finiteRange(numbers: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** Number of columns of an approximately square grid. */
export const squareColumns = (
  count: number,
  { width, height }: { width: number; height: number },
) => Math.min(count, Math.max(1, Math.ceil(Math.sqrt((count * height) / width))))

export interface GridLayout {
  /** Maximum number of columns; 0 for an approximately square grid. */
  columns: number
  /** Black pixels between images in the result. */
  gap: number
  /** Integer factor: each pixel becomes `scale` x `scale`. */
  scale: number
}

/** Arranges images in a grid, row by row. The rest is black. */
export function arrangeGrid(
  pictures: Pictures,
  { columns: wanted, gap, scale }: GridLayout,
): Pictures {
  const { count, channels } = pictures
  const columns = Math.min(count, wanted || squareColumns(count, pictures)) || 1
  const rows = Math.ceil(count / columns)
  const [wide, high] = [pictures.width * scale, pictures.height * scale]
  const width = columns * (wide + gap) - gap
  const height = rows * (high + gap) - gap
  const pixels = new Uint8ClampedArray(width * height * channels)
  for (let i = 0; i < count; i++) {
    drawScaled(
      pixels,
      width,
      (i % columns) * (wide + gap),
      Math.floor(i / columns) * (high + gap),
      pictures,
      i,
      scale,
    )
  }
  return { width, height, channels, count: 1, pixels }
}

function drawScaled(
  into: Uint8ClampedArray,
  intoWidth: number,
  left: number,
  top: number,
  { width, height, channels, pixels }: Pictures,
  index: number,
  scale: number,
) {
  const first = index * width * height * channels
  const length = intoWidth * channels
  for (let y = 0; y < height; y++) {
    const start = ((top + y * scale) * intoWidth + left) * channels
    let to = start
    for (let x = 0; x < width; x++) {
      const from = first + (y * width + x) * channels
      for (let k = 0; k < scale; k++)
        for (let c = 0; c < channels; c++) into[to++] = pixels[from + c]
    }
    for (let k = 1; k < scale; k++) into.copyWithin(start + k * length, start, to)
  }
}

/**
 * Arranges the first image of each side by side, aligned at the top and `gap` pixels apart. The
 * rest is black. Grey images are converted to RGB if any other is RGB.
 */
export function arrangeRow(pictures: readonly Pictures[], gap: number): Pictures {
  const channels = pictures.some((each) => each.channels === 3) ? 3 : 1
  const width = pictures.reduce((sum, each) => sum + each.width + gap, -gap)
  const height = Math.max(...pictures.map((each) => each.height))
  const pixels = new Uint8ClampedArray(width * height * channels)
  let left = 0
  for (const each of pictures) {
    drawScaled(pixels, width, left, 0, channels === 3 ? toRgb(each) : each, 0, 1)
    left += each.width + gap
  }
  return { width, height, channels, count: 1, pixels }
}

function toRgb(pictures: Pictures): Pictures {
  if (pictures.channels === 3) return pictures
  const pixels = new Uint8ClampedArray(3 * pictures.pixels.length)
  pictures.pixels.forEach((grey, i) => pixels.fill(grey, 3 * i, 3 * i + 3))
  return { ...pictures, channels: 3, pixels }
}

/** Converts RGBA pixels of a canvas to RGB. */
export function removeAlpha(rgba: Uint8ClampedArray): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray((3 * rgba.length) / 4)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3)
    pixels.set(rgba.subarray(from, from + 3), to)
  return pixels
}

/** The image number `index`. */
export function pictureAt({ width, height, channels, pixels }: Pictures, index: number): Pictures {
  const size = width * height * channels
  return {
    width,
    height,
    channels,
    count: 1,
    pixels: pixels.subarray(index * size, (index + 1) * size),
  }
}

/**
 * Resizes images: each new pixel is the mean over the area it covers. Enlarging by an integer n
 * repeats each pixel n x n times; other factors give sharp pixels with smooth edges.
 */
export function resizePictures(pictures: Pictures, width: number, height: number): Pictures {
  const { count, channels } = pictures
  if (width === pictures.width && height === pictures.height) return pictures
  const across = coverage(pictures.width, width)
  const down = coverage(pictures.height, height)
  const narrow = new Float32Array(pictures.height * width * channels)
  const row = new Float32Array(width * channels)
  const pixels = new Uint8ClampedArray(count * width * height * channels)
  for (let i = 0; i < count; i++) {
    mixColumns(pictures, i, across, narrow)
    mixRows(narrow, down, row, pixels, i * height)
  }
  return { width, height, channels, count, pixels }
}

/** Resizes one image horizontally. */
function mixColumns(
  { width, height, channels, pixels }: Pictures,
  index: number,
  { first, at, weights }: Coverage,
  into: Float32Array,
) {
  let to = 0
  for (let y = 0; y < height; y++) {
    const start = (index * height + y) * width * channels
    for (let x = 0; x < first.length; x++) {
      const [from, begin, end] = [start + first[x] * channels, at[x], at[x + 1]]
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let k = begin, source = from + c; k < end; k++, source += channels)
          sum += weights[k] * pixels[source]
        into[to++] = sum
      }
    }
  }
}

/** Resizes vertically into the rows of `into` from `firstRow`. `row` is a work buffer. */
function mixRows(
  narrow: Float32Array,
  { first, at, weights }: Coverage,
  row: Float32Array,
  into: Uint8ClampedArray,
  firstRow: number,
) {
  const length = row.length
  for (let y = 0; y < first.length; y++) {
    row.fill(0)
    for (let k = at[y], from = first[y] * length; k < at[y + 1]; k++, from += length) {
      const weight = weights[k]
      for (let x = 0; x < length; x++) row[x] += weight * narrow[from + x]
    }
    const start = (firstRow + y) * length
    for (let x = 0; x < length; x++) into[start + x] = row[x]
  }
}

interface Coverage {
  /** The first old pixel that each new pixel covers. */
  first: Int32Array
  /** Index of the first weight of each new pixel. */
  at: Int32Array
  /** Weights of the covered pixels, with sum 1 for each new pixel. */
  weights: Float32Array
}

function coverage(from: number, to: number): Coverage {
  const ratio = from / to
  const first = new Int32Array(to)
  const at = new Int32Array(to + 1)
  const weights: number[] = []
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * ratio, (i + 1) * ratio]
    first[i] = Math.floor(start + 1e-9)
    for (let k = first[i]; k < end - 1e-9 && k < from; k++) {
      weights.push((Math.min(end, k + 1) - Math.max(start, k)) / ratio)
    }
    at[i + 1] = weights.length
  }
  return { first, at, weights: Float32Array.from(weights) }
}

/** At most `most` evenly spaced indices below `count`, including the first and the last. */
export function evenIndices(count: number, most: number): number[] {
  const shown = Math.min(count, Math.max(2, most))
  if (shown < 2) return count ? [0] : []
  return Array.from({ length: shown }, (_, i) => Math.round((i * (count - 1)) / (shown - 1)))
}
