// PNG as W3C's specification (third edition) has it: grey or RGB, 8 bits, not interlaced. The same pixels give the same bytes.
import { zlibSync } from 'fflate'
import { joined } from './bytes.ts'
import type { Pictures } from './plan/view.ts'

export const PNG_SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)

/** The first of the pictures. */
export const encodePng = (picture: Pictures): Uint8Array<ArrayBuffer> =>
  joined([PNG_SIGNATURE, header(picture), pngChunk('IDAT', packed(picture)), END])

function header({ width, height, channels }: Pictures): Uint8Array {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  data.set([8, channels === 3 ? 2 : 0], 8)
  return pngChunk('IHDR', data)
}

const packed = ({ width, height, channels, pixels }: Pictures): Uint8Array =>
  zlibSync(filtered(pixels, width * channels, height, channels), { level: 9 })

/** An animation that is written picture by picture: a long one takes seconds, and others want to be served in between. */
export interface AnimationWriter {
  /** The next picture, seen for `delay` milliseconds. All have the size and the channels of the first. */
  add(picture: Pictures, delay: number): void
  /** The file, once all are in it. */
  bytes(): Uint8Array<ArrayBuffer>
}

/**
 * Animated PNG (the same specification, section 11.3.8): lossless, and a PNG of the first picture to who knows nothing of it.
 * `count` pictures will follow, played `loops` times, for ever if 0.
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
      if (first) parts.push(PNG_SIGNATURE, header(picture), pngChunk('acTL', bigEndian([count, loops])))
      parts.push(pngChunk('fcTL', numbered(frameControl(picture, delay))))
      parts.push(first ? pngChunk('IDAT', packed(picture)) : pngChunk('fdAT', numbered(packed(picture))))
    },
    bytes: () => joined([...parts, END]),
  }
}

/** Over all of the picture, in place of the one before. */
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

/** Length, type, data and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

const END = pngChunk('IEND', new Uint8Array(0))

/** What is subtracted from a pixel, given those to its left, above it, and above that one to the left (section 9.2). */
type Filter = (left: number, up: number, corner: number) => number

const filters: readonly Filter[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  (left, up, corner) => {
    const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
    return a <= b && a <= c ? left : b <= c ? up : corner
  },
]

/** Each row with the filter that leaves the least, by the sum of what it leaves (section 12.7). */
function filtered(pixels: Uint8ClampedArray, length: number, height: number, channels: number): Uint8Array {
  const out = new Uint8Array(height * (length + 1))
  const tried = new Uint8Array(length)
  for (let y = 0; y < height; y++) {
    let least = Infinity
    for (const [kind, filter] of filters.entries()) {
      const sum = filterRow(pixels, y * length, length, channels, filter, tried)
      if (sum >= least) continue
      least = sum
      out[y * (length + 1)] = kind
      out.set(tried, y * (length + 1) + 1)
    }
  }
  return out
}

/** Returns how much is left, as signed bytes. */
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
    const left = inside ? pixels[at - channels]! : 0
    const up = start ? pixels[at - length]! : 0
    const corner = inside && start ? pixels[at - length - channels]! : 0
    const rest = (pixels[at]! - filter(left, up, corner)) & 255
    into[i] = rest
    sum += rest < 128 ? rest : 256 - rest
  }
  return sum
}

/** CRC-32 as PNG has it (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
