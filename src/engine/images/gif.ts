// GIF writer (GIF89a, CompuServe 1989) with the Netscape loop extension, for programs without APNG
// support. GIF has at most 256 colours per frame and delays in hundredths of a second.
import { concatBytes } from '../base/bytes.ts'
import type { Pictures } from '../base/view.ts'
import type { AnimationWriter } from './png.ts'

/**
 * Minimum delay in hundredths of a second. Many programs play shorter ones at a tenth of a second.
 */
const LEAST_DELAY = 2

/**
 * Creates a GIF writer that enlarges each pixel to `scale` x `scale`. The animation is played
 * `loops` times, endlessly if 0. Frames with more than 256 colours are quantized (median cut,
 * Heckbert 1982); others are exact.
 */
export function gifWriter(scale: number, loops: number): AnimationWriter {
  const parts: Uint8Array[] = []
  return {
    add(picture, delay) {
      const [width, height] = [picture.width * scale, picture.height * scale]
      if (parts.length === 0)
        parts.push(screenDescriptor(width, height), ...(loops === 1 ? [] : [loopExtension(loops)]))
      const { colours, indices } = createPalette(picture)
      const bits = bitsFor(colours.length / 3)
      const table = new Uint8Array(3 * 2 ** bits)
      table.set(colours)
      parts.push(
        Uint8Array.of(
          0x21,
          0xf9,
          4,
          0,
          ...shorts(Math.max(LEAST_DELAY, Math.round(delay / 10))),
          0,
          0,
        ),
        Uint8Array.of(0x2c, ...shorts(0, 0, width, height), 0x80 | (bits - 1)),
        table,
        compressLzw(enlargeIndices(indices, picture, scale), bits),
      )
    },
    bytes: () => concatBytes([...parts, Uint8Array.of(0x3b)]),
  }
}

const shorts = (...numbers: number[]) =>
  numbers.flatMap((number) => [number & 255, (number >> 8) & 255])
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0))

/** Header without a global colour table: each frame has its own. */
const screenDescriptor = (width: number, height: number) =>
  Uint8Array.of(...ascii('GIF89a'), ...shorts(width, height), 0x70, 0, 0)

/** Netscape's extension, which counts the repetitions after the first time. */
const loopExtension = (loops: number) =>
  Uint8Array.of(0x21, 0xff, 11, ...ascii('NETSCAPE2.0'), 3, 1, ...shorts(loops && loops - 1), 0)

/** Bits per colour. At least 1, since colour tables have at least two entries. */
const bitsFor = (colours: number) => Math.max(1, Math.ceil(Math.log2(colours)))

function enlargeIndices(
  indices: Uint8Array,
  { width, height }: Pictures,
  scale: number,
): Uint8Array {
  if (scale === 1) return indices
  const out = new Uint8Array(indices.length * scale * scale)
  const long = width * scale
  for (let y = 0; y < height; y++) {
    const start = y * scale * long
    for (let x = 0; x < width; x++)
      out.fill(indices[y * width + x], start + x * scale, start + (x + 1) * scale)
    for (let k = 1; k < scale; k++) out.copyWithin(start + k * long, start, start + long)
  }
  return out
}

// ---- colours

interface Palette {
  /** Red, green and blue of each colour. */
  colours: Uint8Array
  /** Colour index of each pixel. */
  indices: Uint8Array
}

function createPalette(picture: Pictures): Palette {
  const indices = new Uint8Array(picture.width * picture.height)
  const known = new Map<number, number>()
  const colourAt = createColourReader(picture)
  for (let i = 0; i < indices.length; i++) {
    const colour = colourAt(i)
    let index = known.get(colour)
    if (index === undefined) known.set(colour, (index = known.size))
    if (index > 255) return quantizeColours(picture)
    indices[i] = index
  }
  return { colours: Uint8Array.from([...known.keys()].flatMap(splitColour)), indices }
}

/** Returns a function that reads a pixel as 0xrrggbb. */
function createColourReader({ channels, pixels }: Pictures): (pixel: number) => number {
  if (channels === 1) return (i) => pixels[i] * 0x010101
  return (i) => (pixels[3 * i] << 16) | (pixels[3 * i + 1] << 8) | pixels[3 * i + 2]
}

const splitColour = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]

/** All colours with the same upper five bits per component. */
interface Bin {
  /** Number of pixels. */
  count: number
  /** Sum of each component over the pixels. */
  sums: [number, number, number]
}

const binIndex = (colour: number) =>
  ((colour >> 9) & 0x7c00) | ((colour >> 6) & 0x3e0) | ((colour >> 3) & 0x1f)

/**
 * Reduces an image to 256 colours: repeatedly splits the box with the largest error at its mean,
 * along its component with the largest error.
 */
function quantizeColours(picture: Pictures): Palette {
  const colourAt = createColourReader(picture)
  const size = picture.width * picture.height
  const bins = new Map<number, Bin>()
  for (let i = 0; i < size; i++) {
    const colour = colourAt(i)
    const bin = bins.get(binIndex(colour)) ?? { count: 0, sums: [0, 0, 0] }
    bin.count++
    splitColour(colour).forEach((part, c) => (bin.sums[c] += part))
    bins.set(binIndex(colour), bin)
  }
  const boxes = [createBox([...bins.values()])]
  while (boxes.length < 256) {
    const widest = boxes.reduce((a, b) => (b.error > a.error ? b : a))
    if (widest.bins.length < 2) break
    boxes.splice(boxes.indexOf(widest), 1, ...splitBox(widest))
  }
  const boxIndices = new Map<Bin, number>()
  boxes.forEach((box, index) => box.bins.forEach((bin) => boxIndices.set(bin, index)))
  return {
    colours: Uint8Array.from(boxes.flatMap(({ mean }) => mean.map(Math.round))),
    indices: Uint8Array.from({ length: size }, (_, i) =>
      boxIndices.get(bins.get(binIndex(colourAt(i)))!)!,
    ),
  }
}

interface ColourBox {
  bins: Bin[]
  mean: number[]
  /** Colour component with the largest squared error. */
  part: number
  /** Squared error of that component, summed over the pixels; -1 if the box cannot be split. */
  error: number
}

const binMean = ({ count, sums }: Bin, c: number) => sums[c] / count

function createBox(bins: Bin[]): ColourBox {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0)
  const mean = [0, 1, 2].map((c) => bins.reduce((sum, { sums }) => sum + sums[c], 0) / count)
  const errors = mean.map((middle, c) =>
    bins.reduce((sum, bin) => sum + bin.count * (binMean(bin, c) - middle) ** 2, 0),
  )
  const error = Math.max(...errors)
  // A box with a single bin cannot be split.
  return { bins, mean, part: errors.indexOf(error), error: bins.length > 1 ? error : -1 }
}

function splitBox({ bins, mean, part }: ColourBox): ColourBox[] {
  const low = bins.filter((bin) => binMean(bin, part) <= mean[part])
  const high = bins.filter((bin) => binMean(bin, part) > mean[part])
  // If all bins are nearly equal, rounding may leave one side empty.
  if (!low.length || !high.length) return [createBox(bins.slice(0, 1)), createBox(bins.slice(1))]
  return [createBox(low), createBox(high)]
}

// ---- compression

/** Maximum code length in bits (appendix F). */
const LONGEST = 12

/** Variable-length LZW compression of indices with `bits` bits, in blocks of at most 255 bytes. */
function compressLzw(indices: Uint8Array, bits: number): Uint8Array {
  const least = Math.max(2, bits)
  const [clear, end] = [2 ** least, 2 ** least + 1]
  const codes = new BitWriter(indices.length)
  // Codes of a prefix code followed by a colour.
  const longer = new Int16Array(2 ** (LONGEST + least))
  let [next, width] = [end + 1, least + 1]
  codes.put(clear, width)
  let prefix = indices[0]
  for (let i = 1; i < indices.length; i++) {
    const key = (prefix << least) | indices[i]
    if (longer[key]) {
      prefix = longer[key]
      continue
    }
    codes.put(prefix, width)
    prefix = indices[i]
    if (next === 2 ** LONGEST) {
      codes.put(clear, width)
      longer.fill(0)
      ;[next, width] = [end + 1, least + 1]
      continue
    }
    if (next === 2 ** width) width++
    longer[key] = next++
  }
  codes.put(prefix, width)
  // The decoder has one more code at this point.
  if (next === 2 ** width && width < LONGEST) width++
  codes.put(end, width)
  return splitIntoBlocks(codes.bytes(), least)
}

/** Writes codes of variable length, lowest bit first. */
class BitWriter {
  #bytes: Uint8Array
  #length = 0
  #held = 0
  #bits = 0
  constructor(guess: number) {
    this.#bytes = new Uint8Array(Math.max(64, guess >> 1))
  }
  put(code: number, width: number) {
    this.#held |= code << this.#bits
    for (this.#bits += width; this.#bits >= 8; this.#bits -= 8, this.#held >>>= 8)
      this.#push(this.#held & 255)
  }
  #push(byte: number) {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#length++] = byte
  }
  bytes(): Uint8Array {
    if (this.#bits > 0) this.#push(this.#held & 255)
    this.#bits = this.#held = 0
    return this.#bytes.subarray(0, this.#length)
  }
}

function splitIntoBlocks(bytes: Uint8Array, least: number): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(least)]
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255)
    parts.push(Uint8Array.of(block.length), block)
  }
  return concatBytes([...parts, Uint8Array.of(0)])
}
