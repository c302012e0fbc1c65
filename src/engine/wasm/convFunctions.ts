// Convolution of one item, which has its zeros around it, to some of the channels that come out. The channels of a row of
// the filter's places lie together in the item as in the filter, so that the sums run through memory without a gap.
import type { Code, Func, Local } from './assembler.ts'
import { advance, f32x4, func, i32, load, loadSplat, store, whileBelow } from './assembler.ts'

const parameters = {
  /** The item; bytes from what one pixel of y begins with to the next, and from what one row of y does. */
  x: 'i32',
  xPixel: 'i32',
  xRow: 'i32',
  /** Bytes of a row of the item, of as many of them as the filter has, and of a row of the filter's places. */
  line: 'i32',
  lines: 'i32',
  run: 'i32',
  /** For each place and channel of x some channels of y, in so many bytes; then the same of those that follow. And the bias. */
  filter: 'i32',
  portion: 'i32',
  bias: 'i32',
  y: 'i32',
  yPixel: 'i32',
  yRow: 'i32',
  /** Bytes of all rows of y, and of the channels that are made. */
  height: 'i32',
  channels: 'i32',
} as const

const FLOAT = 4
const VECTOR = 16

/** Pixels whose sums stay in registers together. */
const PIXELS = 4

/** `outs` channels of y at a time, a multiple of four. */
const convolution = (outs: number): Func =>
  func(parameters, (p, local) => {
    const int = () => local('i32')
    const [last, rowX, rowY, lastRow, atX, atY, end, whole] = [int(), int(), int(), int(), int(), int(), int(), int()]
    const registers: Registers = {
      places: Array.from({ length: PIXELS }, int),
      filter: int(),
      line: int(),
      lastLine: int(),
      stop: int(),
      x: local('v128'),
      weights: Array.from({ length: outs / 4 }, () => local('v128')),
      sums: Array.from({ length: PIXELS }, () => Array.from({ length: outs / 4 }, () => local('v128'))),
    }
    const through = (pixels: number): Code => [
      sumsOf(pixels, atX, p, registers),
      registers.sums
        .slice(0, pixels)
        .map((row) => [
          row.map((sum, k) => store(atY.get, sum.get, VECTOR * k)),
          advance(atY, p.yPixel.get),
          advance(atX, p.xPixel.get),
        ]),
    ]
    const image: Code = [
      rowX.set(p.x.get),
      rowY.set(p.y.get),
      lastRow.set(i32.add(p.y.get, p.height.get)),
      whileBelow(rowY, lastRow.get, [
        atX.set(rowX.get),
        atY.set(rowY.get),
        end.set(i32.add(rowY.get, p.yRow.get)),
        whole.set(i32.sub(end.get, i32.mul(p.yPixel.get, i32.const(PIXELS - 1)))),
        whileBelow(atY, whole.get, through(PIXELS)),
        whileBelow(atY, end.get, through(1)),
        advance(rowX, p.xRow.get),
        advance(rowY, p.yRow.get),
      ]),
    ]
    return [
      last.set(i32.add(p.y.get, p.channels.get)),
      whileBelow(p.y, last.get, [
        image,
        advance(p.filter, p.portion.get),
        advance(p.bias, FLOAT * outs),
        advance(p.y, FLOAT * outs),
      ]),
    ]
  })

interface Registers {
  /** Where each pixel is read. */
  places: Local[]
  filter: Local
  line: Local
  lastLine: Local
  stop: Local
  x: Local
  weights: Local[]
  sums: Local[][]
}

/** The sums of so many pixels from `atX` on. */
function sumsOf(pixels: number, atX: Local, p: { [K in keyof typeof parameters]: Local }, registers: Registers): Code {
  const { filter, line, lastLine, stop, x, weights } = registers
  const [places, sums] = [registers.places.slice(0, pixels), registers.sums.slice(0, pixels)]
  const first = places[0]!
  // Written out several times the loop is slower: the engine then reads ahead into more registers than there are.
  const step: Code = [
    weights.map((weight, k) => weight.set(load(filter.get, VECTOR * k))),
    places.map((place, pixel) => [
      x.set(loadSplat(place.get)),
      sums[pixel]!.map((sum, k) => sum.set(f32x4.add(sum.get, f32x4.mul(x.get, weights[k]!.get)))),
    ]),
    places.map((place) => advance(place, FLOAT)),
    advance(filter, VECTOR * weights.length),
  ]
  return [
    sums.map((row) => row.map((sum, k) => sum.set(load(p.bias.get, VECTOR * k)))),
    filter.set(p.filter.get),
    line.set(atX.get),
    lastLine.set(i32.add(atX.get, p.lines.get)),
    whileBelow(line, lastLine.get, [
      first.set(line.get),
      places.slice(1).map((place, before) => place.set(i32.add(places[before]!.get, p.xPixel.get))),
      stop.set(i32.add(line.get, p.run.get)),
      whileBelow(first, stop.get, step),
      advance(line, p.line.get),
    ]),
  ]
}

export const convFunctions = { conv8: convolution(8), conv4: convolution(4) }
