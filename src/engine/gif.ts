// GIF as CompuServe's specification of 1989 has it, with the extension that lets it play again. For where nothing else is taken:
// at most 256 colours a picture, and delays in hundredths of a second.
import { joined } from './bytes.ts'
import type { Pictures } from './plan/view.ts'
import type { AnimationWriter } from './png.ts'

/** Programs show what is quicker than this at a tenth of a second; in hundredths. */
const LEAST_DELAY = 2

/**
 * Writes pictures one after the other, each pixel `scale` x `scale`, played `loops` times, for ever if 0. A picture of at most
 * 256 colours is written exactly; of more, the colours are put together (median cut, Heckbert 1982).
 */
export function gifWriter(scale: number, loops: number): AnimationWriter {
  const parts: Uint8Array[] = []
  return {
    add(picture, delay) {
      const [width, height] = [picture.width * scale, picture.height * scale]
      if (parts.length === 0) parts.push(screen(width, height), ...(loops === 1 ? [] : [playedAgain(loops)]))
      const { colours, indices } = paletteOf(picture)
      const bits = bitsFor(colours.length / 3)
      const table = new Uint8Array(3 * 2 ** bits)
      table.set(colours)
      parts.push(
        Uint8Array.of(0x21, 0xf9, 4, 0, ...shorts(Math.max(LEAST_DELAY, Math.round(delay / 10))), 0, 0),
        Uint8Array.of(0x2c, ...shorts(0, 0, width, height), 0x80 | (bits - 1)),
        table,
        packed(enlarged(indices, picture, scale), bits),
      )
    },
    bytes: () => joined([...parts, Uint8Array.of(0x3b)]),
  }
}

const shorts = (...numbers: number[]) => numbers.flatMap((number) => [number & 255, (number >> 8) & 255])
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0))

/** No table of colours for all: each picture has its own. */
const screen = (width: number, height: number) => Uint8Array.of(...ascii('GIF89a'), ...shorts(width, height), 0x70, 0, 0)

/** Netscape counts how often it is played after the first time. */
const playedAgain = (loops: number) =>
  Uint8Array.of(0x21, 0xff, 11, ...ascii('NETSCAPE2.0'), 3, 1, ...shorts(loops && loops - 1), 0)

/** At least one: tables have two colours or more. */
const bitsFor = (colours: number) => Math.max(1, Math.ceil(Math.log2(colours)))

function enlarged(indices: Uint8Array, { width, height }: Pictures, scale: number): Uint8Array {
  if (scale === 1) return indices
  const out = new Uint8Array(indices.length * scale * scale)
  const long = width * scale
  for (let y = 0; y < height; y++) {
    const start = y * scale * long
    for (let x = 0; x < width; x++) out.fill(indices[y * width + x]!, start + x * scale, start + (x + 1) * scale)
    for (let k = 1; k < scale; k++) out.copyWithin(start + k * long, start, start + long)
  }
  return out
}

// ---- colours

interface Palette {
  /** Red, green and blue of each. */
  colours: Uint8Array
  /** Of each pixel. */
  indices: Uint8Array
}

function paletteOf(picture: Pictures): Palette {
  const indices = new Uint8Array(picture.width * picture.height)
  const known = new Map<number, number>()
  const colourAt = coloursOf(picture)
  for (let i = 0; i < indices.length; i++) {
    const colour = colourAt(i)
    let index = known.get(colour)
    if (index === undefined) known.set(colour, (index = known.size))
    if (index > 255) return fewerColours(picture)
    indices[i] = index
  }
  return { colours: Uint8Array.from([...known.keys()].flatMap(partsOf)), indices }
}

/** Each pixel as one number, 0xrrggbb. */
function coloursOf({ channels, pixels }: Pictures): (pixel: number) => number {
  if (channels === 1) return (i) => pixels[i]! * 0x010101
  return (i) => (pixels[3 * i]! << 16) | (pixels[3 * i + 1]! << 8) | pixels[3 * i + 2]!
}

const partsOf = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]

/** Colours that are the same in their upper five bits, as one: how many pixels, and the sums of their parts. */
interface Bin {
  count: number
  sums: [number, number, number]
}

const binOf = (colour: number) => ((colour >> 9) & 0x7c00) | ((colour >> 6) & 0x3e0) | ((colour >> 3) & 0x1f)

/** The box with the largest error is cut at its mean, along the colour in which it is widest, until there are 256. */
function fewerColours(picture: Pictures): Palette {
  const colourAt = coloursOf(picture)
  const size = picture.width * picture.height
  const bins = new Map<number, Bin>()
  for (let i = 0; i < size; i++) {
    const colour = colourAt(i)
    const bin = bins.get(binOf(colour)) ?? { count: 0, sums: [0, 0, 0] }
    bin.count++
    partsOf(colour).forEach((part, c) => (bin.sums[c]! += part))
    bins.set(binOf(colour), bin)
  }
  const boxes = [boxOf([...bins.values()])]
  while (boxes.length < 256) {
    const widest = boxes.reduce((a, b) => (b.error > a.error ? b : a))
    if (widest.bins.length < 2) break
    boxes.splice(boxes.indexOf(widest), 1, ...halves(widest))
  }
  const indexOf = new Map<Bin, number>()
  boxes.forEach((box, index) => box.bins.forEach((bin) => indexOf.set(bin, index)))
  return {
    colours: Uint8Array.from(boxes.flatMap(({ mean }) => mean.map(Math.round))),
    indices: Uint8Array.from({ length: size }, (_, i) => indexOf.get(bins.get(binOf(colourAt(i)))!)!),
  }
}

interface ColourBox {
  bins: Bin[]
  mean: number[]
  /** Which part varies most, and by how much in all pixels together. */
  part: number
  error: number
}

const meanOf = ({ count, sums }: Bin, c: number) => sums[c]! / count

function boxOf(bins: Bin[]): ColourBox {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0)
  const mean = [0, 1, 2].map((c) => bins.reduce((sum, { sums }) => sum + sums[c]!, 0) / count)
  const errors = mean.map((middle, c) => bins.reduce((sum, bin) => sum + bin.count * (meanOf(bin, c) - middle) ** 2, 0))
  const error = Math.max(...errors)
  // Of one bin nothing is left to cut.
  return { bins, mean, part: errors.indexOf(error), error: bins.length > 1 ? error : -1 }
}

function halves({ bins, mean, part }: ColourBox): ColourBox[] {
  const low = bins.filter((bin) => meanOf(bin, part) <= mean[part]!)
  const high = bins.filter((bin) => meanOf(bin, part) > mean[part]!)
  // Rounding may leave one side empty where all are about equal.
  if (!low.length || !high.length) return [boxOf(bins.slice(0, 1)), boxOf(bins.slice(1))]
  return [boxOf(low), boxOf(high)]
}

// ---- compression

/** Longest codes, in bits (appendix F). */
const LONGEST = 12

/** Variable-length LZW, in blocks of at most 255 bytes. `bits` a colour. */
function packed(indices: Uint8Array, bits: number): Uint8Array {
  const least = Math.max(2, bits)
  const [clear, end] = [2 ** least, 2 ** least + 1]
  const codes = new BitWriter(indices.length)
  // The code of what `prefix` stands for, followed by a colour.
  const longer = new Int16Array(2 ** (LONGEST + least))
  let [next, width] = [end + 1, least + 1]
  codes.put(clear, width)
  let prefix = indices[0]!
  for (let i = 1; i < indices.length; i++) {
    const key = (prefix << least) | indices[i]!
    if (longer[key]) {
      prefix = longer[key]
      continue
    }
    codes.put(prefix, width)
    prefix = indices[i]!
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
  // Who reads has by now one code more.
  if (next === 2 ** width && width < LONGEST) width++
  codes.put(end, width)
  return inBlocks(codes.bytes(), least)
}

/** Codes of several bits, the lowest bit first. */
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
    for (this.#bits += width; this.#bits >= 8; this.#bits -= 8, this.#held >>>= 8) this.#push(this.#held & 255)
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

function inBlocks(bytes: Uint8Array, least: number): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(least)]
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255)
    parts.push(Uint8Array.of(block.length), block)
  }
  return joined([...parts, Uint8Array.of(0)])
}
