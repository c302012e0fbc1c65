// PNG encoder (W3C specification, third edition): grey or RGB, 8 bits, not interlaced. Equal pixels
// give equal bytes.
import { zlibSync } from 'fflate'
import { concatBytes } from '../base/bytes.ts'
import type { Pictures } from '../base/view.ts'
import { PNG_SIGNATURE, pngChunk } from './pngChunk.ts'

/** Encodes the first image. */
export const encodePng = (picture: Pictures): Uint8Array<ArrayBuffer> =>
  concatBytes([PNG_SIGNATURE, headerChunk(picture), pngChunk('IDAT', compressPixels(picture)), END])

function headerChunk({ width, height, channels }: Pictures): Uint8Array {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  data.set([8, channels === 3 ? 2 : 0], 8)
  return pngChunk('IHDR', data)
}

const compressPixels = ({ width, height, channels, pixels }: Pictures): Uint8Array =>
  zlibSync(filterRows(pixels, width * channels, height, channels), { level: 9 })

/**
 * Writes an animation frame by frame, so that other work can run in between: long ones take
 * seconds.
 */
export interface AnimationWriter {
  /** Appends a frame, shown for `delay` ms. All frames have the size and channels of the first. */
  add(picture: Pictures, delay: number): void
  /** Returns the file after all frames are added. */
  bytes(): Uint8Array<ArrayBuffer>
}

/**
 * Creates a writer of animated PNGs (same specification, section 11.3.8): lossless, and the first
 * frame in programs without APNG support. `count` is the number of frames. The animation is played
 * `loops` times, endlessly if 0.
 */
export function apngWriter(count: number, loops: number): AnimationWriter {
  const parts: Uint8Array[] = []
  let sequence = 0
  const numbered = (data: Uint8Array) => {
    const all = new Uint8Array(data.length + 4)
    new DataView(all.buffer).setUint32(0, sequence++)
    all.set(data, 4)
    return all
  }
  return {
    add(picture, delay) {
      const first = parts.length === 0
      if (first)
        parts.push(PNG_SIGNATURE, headerChunk(picture), pngChunk('acTL', bigEndian([count, loops])))
      parts.push(pngChunk('fcTL', numbered(frameControl(picture, delay))))
      parts.push(
        first
          ? pngChunk('IDAT', compressPixels(picture))
          : pngChunk('fdAT', numbered(compressPixels(picture))),
      )
    },
    bytes: () => concatBytes([...parts, END]),
  }
}

/** A frame that replaces the complete previous one. */
function frameControl({ width, height }: Pictures, delay: number): Uint8Array {
  const data = new Uint8Array(22)
  data.set(bigEndian([width, height, 0, 0]))
  const view = new DataView(data.buffer)
  view.setUint16(16, Math.min(65535, Math.round(delay)))
  view.setUint16(18, 1000)
  return data
}

function bigEndian(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  numbers.forEach((number, i) => view.setUint32(4 * i, number))
  return new Uint8Array(view.buffer)
}

const END = pngChunk('IEND', new Uint8Array(0))

/** Predicts a byte from the pixels to its left, above it, and above to the left (section 9.2). */
type Filter = (left: number, up: number, corner: number) => number

export const pngFilters: readonly Filter[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  (left, up, corner) => {
    const [a, b, c] = [
      Math.abs(up - corner),
      Math.abs(left - corner),
      Math.abs(left + up - 2 * corner),
    ]
    return a <= b && a <= c ? left : b <= c ? up : corner
  },
]

/**
 * Filters each row with the filter that has the smallest sum of absolute differences (section
 * 12.7).
 */
function filterRows(
  pixels: Uint8ClampedArray,
  length: number,
  height: number,
  channels: number,
): Uint8Array {
  const out = new Uint8Array(height * (length + 1))
  const tried = new Uint8Array(length)
  for (let y = 0; y < height; y++) {
    let least = Infinity
    for (const [kind, filter] of pngFilters.entries()) {
      const sum = filterRow(pixels, y * length, length, channels, filter, tried)
      if (sum >= least) continue
      least = sum
      out[y * (length + 1)] = kind
      out.set(tried, y * (length + 1) + 1)
    }
  }
  return out
}

/** Filters a row. Returns the sum of absolute values, read as signed bytes. */
function filterRow(
  pixels: Uint8ClampedArray,
  start: number,
  length: number,
  channels: number,
  filter: Filter,
  into: Uint8Array,
): number {
  let sum = 0
  for (let i = 0; i < length; i++) {
    const at = start + i
    const inside = i >= channels
    const left = inside ? pixels[at - channels] : 0
    const up = start ? pixels[at - length] : 0
    const corner = inside && start ? pixels[at - length - channels] : 0
    const rest = (pixels[at] - filter(left, up, corner)) & 255
    into[i] = rest
    sum += rest < 128 ? rest : 256 - rest
  }
  return sum
}
