// Animations, decoded again: pixels and delay of every frame.
import { unzlibSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { gifWriter } from '../../../src/engine/images/gif.ts'
import { arrangeGrid } from '../../../src/engine/images/pixels.ts'
import type { Pictures } from '../../../src/engine/base/view.ts'
import { apngWriter, encodePng } from '../../../src/engine/images/png.ts'

/** Reproducible pseudo-random pixels. */
function pictureOf(
  width: number,
  height: number,
  channels: 1 | 3,
  seed: number,
  values = 256,
): Pictures {
  const pixels = new Uint8ClampedArray(width * height * channels)
  let state = seed
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    pixels[i] = Math.floor((state / 2 ** 32) * values) * Math.floor(256 / values)
  }
  return { width, height, channels, count: 1, pixels }
}

const rgbOf = ({ channels, pixels }: Pictures): number[] =>
  channels === 3 ? [...pixels] : [...pixels].flatMap((grey) => [grey, grey, grey])

// ---- a minimal GIF reader

interface GifFrame {
  width: number
  height: number
  /** In hundredths of a second. */
  delay: number
  rgb: number[]
}

function readGif(bytes: Uint8Array): { loops: number | undefined; frames: GifFrame[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  expect(String.fromCharCode(...bytes.subarray(0, 6))).toBe('GIF89a')
  const frames: GifFrame[] = []
  let [at, delay] = [13, 0]
  let loops: number | undefined
  const blocks = () => {
    const all: number[] = []
    for (; bytes[at]; at += bytes[at] + 1) all.push(...bytes.subarray(at + 1, at + 1 + bytes[at]))
    at++
    return all
  }
  while (bytes[at] !== 0x3b) {
    if (bytes[at] === 0x21) {
      const kind = bytes[at + 1]
      if (kind === 0xf9) delay = view.getUint16(at + 4, true)
      at += 2
      const data = blocks()
      if (kind === 0xff) loops = data[12] | (data[13] << 8)
      continue
    }
    expect(bytes[at]).toBe(0x2c)
    const [width, height] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)]
    const colours = bytes.subarray(at + 10, at + 10 + 3 * 2 ** ((bytes[at + 9] & 7) + 1))
    at += 10 + colours.length
    const least = bytes[at++]
    const indices = unpacked(blocks(), least)
    expect(indices).toHaveLength(width * height)
    frames.push({
      width,
      height,
      delay,
      rgb: indices.flatMap((index) => [...colours.subarray(3 * index, 3 * index + 3)]),
    })
  }
  expect(at).toBe(bytes.length - 1)
  return { loops, frames }
}

function unpacked(data: number[], least: number): number[] {
  const out: number[] = []
  const [clear, end] = [2 ** least, 2 ** least + 1]
  let table: number[][] = []
  let [width, bit] = [0, 0]
  let before: number[] | undefined
  const next = () => {
    let code = 0
    for (let i = 0; i < width; i++, bit++) code |= ((data[bit >> 3] >> (bit & 7)) & 1) << i
    return code
  }
  width = least + 1
  for (let code = next(); code !== end; code = next()) {
    if (code === clear) {
      table = Array.from({ length: end + 1 }, (_, i) => [i])
      width = least + 1
      before = undefined
      continue
    }
    const entry = table[code] ?? [...before!, before![0]]
    out.push(...entry)
    if (before && table.length < 4096) table.push([...before, entry[0]])
    if (table.length === 2 ** width && width < 12) width++
    before = entry
  }
  return out
}

describe('GIF', () => {
  test.each([
    ['grey', pictureOf(9, 7, 1, 1)],
    ['two colours', pictureOf(8, 8, 1, 2, 2)],
    ['one colour', pictureOf(3, 3, 3, 3, 1)],
    ['few colours', pictureOf(12, 5, 3, 4, 4)],
    // Long enough to clear the code table several times.
    ['noise', pictureOf(120, 130, 1, 5)],
  ])('pictures of at most 256 colours come back as they were: %s', (_, picture) => {
    const writer = gifWriter(1, 0)
    writer.add(picture, 100)
    const { frames } = readGif(writer.bytes())
    expect(frames).toHaveLength(1)
    expect(frames[0].rgb).toEqual(rgbOf(picture))
  })

  test('quantized colours are close to the original', () => {
    const picture = pictureOf(40, 40, 3, 6)
    const writer = gifWriter(1, 0)
    writer.add(picture, 100)
    const [frame] = readGif(writer.bytes()).frames
    const off = rgbOf(picture).map((value, i) => Math.abs(value - frame.rgb[i]))
    expect(off.reduce((a, b) => a + b) / off.length).toBeLessThan(16)
    expect(Math.max(...off)).toBeLessThan(90)
  })

  test('writes the requested delays, loops and sizes', () => {
    const [first, second] = [pictureOf(4, 3, 1, 7), pictureOf(4, 3, 1, 8)]
    const write = (loops: number) => {
      const writer = gifWriter(3, loops)
      writer.add(first, 125)
      writer.add(second, 1000)
      return readGif(writer.bytes())
    }
    const { frames, loops } = write(0)
    expect(loops).toBe(0)
    expect(frames.map(({ width, height, delay }) => [width, height, delay])).toEqual([
      [12, 9, 13],
      [12, 9, 100],
    ])
    expect(frames[1].rgb).toEqual(rgbOf(arrangeGrid(second, { columns: 1, gap: 0, scale: 3 })))
    expect(write(1).loops).toBeUndefined()
    expect(write(4).loops).toBe(3)
  })
})

describe('animated PNG', () => {
  interface Chunk {
    type: string
    data: DataView
  }
  const chunksOf = (bytes: Uint8Array): Chunk[] => {
    const chunks: Chunk[] = []
    for (let at = 8; at < bytes.length;) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
      const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
      chunks.push({ type, data: new DataView(bytes.buffer, bytes.byteOffset + at + 8, length) })
      at += length + 12
    }
    return chunks
  }

  test('contains the first image, then the others with their delays', () => {
    const frames = [pictureOf(6, 5, 3, 1), pictureOf(6, 5, 3, 2), pictureOf(6, 5, 3, 3)]
    const writer = apngWriter(frames.length, 2)
    frames.forEach((frame, i) => writer.add(frame, i === 2 ? 1500 : 40))
    const chunks = chunksOf(writer.bytes())
    expect(chunks.map(({ type }) => type).join(' ')).toBe(
      'IHDR acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND',
    )
    const [acTL] = chunks.filter(({ type }) => type === 'acTL')
    expect([acTL.data.getUint32(0), acTL.data.getUint32(4)]).toEqual([3, 2])
    const controls = chunks.filter(({ type }) => type === 'fcTL').map(({ data }) => data)
    expect(controls.map((data) => [data.getUint32(4), data.getUint32(8)])).toEqual([
      [6, 5],
      [6, 5],
      [6, 5],
    ])
    expect(controls.map((data) => data.getUint16(20) / data.getUint16(22))).toEqual([
      0.04, 0.04, 1.5,
    ])
    const numbers = chunks
      .filter(({ type }) => /^f[cd]/.test(type))
      .map(({ data }) => data.getUint32(0))
    expect(numbers).toEqual([0, 1, 2, 3, 4])

    // Each frame as a separate PNG.
    const rest = ({ buffer, byteOffset, byteLength }: DataView, from: number) =>
      unzlibSync(new Uint8Array(buffer as ArrayBuffer, byteOffset + from, byteLength - from))
    const alone = frames.map((frame) =>
      rest(chunksOf(encodePng(frame)).find(({ type }) => type === 'IDAT')!.data, 0),
    )
    const inside = chunks
      .filter(({ type }) => type === 'IDAT' || type === 'fdAT')
      .map(({ type, data }) => rest(data, type === 'fdAT' ? 4 : 0))
    expect(inside).toEqual(alone)
  })
})
