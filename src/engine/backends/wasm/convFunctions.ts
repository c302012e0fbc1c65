// Convolution of one padded item to some output channels. The channels of a row of taps are
// contiguous both in the item and in the filter, so the sums read memory without gaps.
import type { Code, Func, Local } from './assembler.ts'
import {
  advance,
  f32x4,
  func,
  i32,
  load,
  loadSplat,
  newLocals,
  store,
  whileBelow,
} from './assembler.ts'

const parameters = {
  /** The item; bytes between the inputs of neighbouring pixels of y, and of neighbouring rows. */
  x: 'i32',
  xPixel: 'i32',
  xRow: 'i32',
  /** Bytes of a row of the item, of as many rows as the filter has, and of a row of taps. */
  line: 'i32',
  lines: 'i32',
  run: 'i32',
  /** The packed filter, in blocks of `portion` bytes for some channels of y; and the bias. */
  filter: 'i32',
  portion: 'i32',
  bias: 'i32',
  y: 'i32',
  yPixel: 'i32',
  yRow: 'i32',
  /** Bytes of all rows of y, and of the channels to compute. */
  height: 'i32',
  channels: 'i32',
} as const

const FLOAT = 4
const VECTOR = 16

/** Pixels whose sums are in registers at the same time. */
const PIXELS = 4

type ConvParameters = { [K in keyof typeof parameters]: Local }

interface Registers {
  /** The address of each pixel's input. */
  pixels: Local[]
  filter: Local
  line: Local
  lastLine: Local
  stop: Local
  x: Local
  weights: Local[]
  sums: Local[][]
}

/** Computes `outs` channels of y at a time, a multiple of four. */
const convolution = (outs: number): Func =>
  func(parameters, (p, local) => {
    const [last, ...rows] = newLocals(local, 'i32', 8)
    const registers: Registers = {
      pixels: newLocals(local, 'i32', PIXELS),
      filter: local('i32'),
      line: local('i32'),
      lastLine: local('i32'),
      stop: local('i32'),
      x: local('v128'),
      weights: newLocals(local, 'v128', outs / 4),
      sums: Array.from({ length: PIXELS }, () => newLocals(local, 'v128', outs / 4)),
    }
    return [
      last.set(i32.add(p.y.get, p.channels.get)),
      whileBelow(p.y, last.get, [
        overPixels(p, rows, registers),
        advance(p.filter, p.portion.get),
        advance(p.bias, FLOAT * outs),
        advance(p.y, FLOAT * outs),
      ]),
    ]
  })

/** Loops over the rows and pixels of y, several pixels at a time and then one by one. */
function overPixels(
  p: ConvParameters,
  [rowX, rowY, lastRow, atX, atY, end, lastGroup]: Local[],
  registers: Registers,
): Code {
  const computePixels = (count: number): Code => [
    sumPixels(count, atX, p, registers),
    registers.sums
      .slice(0, count)
      .map((row) => [
        row.map((sum, k) => store(atY.get, sum.get, VECTOR * k)),
        advance(atY, p.yPixel.get),
        advance(atX, p.xPixel.get),
      ]),
  ]
  return [
    rowX.set(p.x.get),
    rowY.set(p.y.get),
    lastRow.set(i32.add(p.y.get, p.height.get)),
    whileBelow(rowY, lastRow.get, [
      atX.set(rowX.get),
      atY.set(rowY.get),
      end.set(i32.add(rowY.get, p.yRow.get)),
      lastGroup.set(i32.sub(end.get, i32.mul(p.yPixel.get, i32.const(PIXELS - 1)))),
      whileBelow(atY, lastGroup.get, computePixels(PIXELS)),
      whileBelow(atY, end.get, computePixels(1)),
      advance(rowX, p.xRow.get),
      advance(rowY, p.yRow.get),
    ]),
  ]
}

/** Computes the sums of `count` pixels whose inputs begin at `atX`. */
function sumPixels(count: number, atX: Local, p: ConvParameters, registers: Registers): Code {
  const { filter, line, lastLine, stop, x, weights } = registers
  const [pixels, sums] = [registers.pixels.slice(0, count), registers.sums.slice(0, count)]
  const first = pixels[0]
  // Do not unroll this loop: the engine would then load ahead into more registers than there are.
  const addTerm: Code = [
    weights.map((weight, k) => weight.set(load(filter.get, VECTOR * k))),
    pixels.map((pixel, i) => [
      x.set(loadSplat(pixel.get)),
      sums[i].map((sum, k) => sum.set(f32x4.multiplyAdd(x.get, weights[k].get, sum.get))),
    ]),
    pixels.map((pixel) => advance(pixel, FLOAT)),
    advance(filter, VECTOR * weights.length),
  ]
  return [
    sums.map((row) => row.map((sum, k) => sum.set(load(p.bias.get, VECTOR * k)))),
    filter.set(p.filter.get),
    line.set(atX.get),
    lastLine.set(i32.add(atX.get, p.lines.get)),
    whileBelow(line, lastLine.get, [
      first.set(line.get),
      pixels.slice(1).map((pixel, before) => pixel.set(i32.add(pixels[before].get, p.xPixel.get))),
      stop.set(i32.add(line.get, p.run.get)),
      whileBelow(first, stop.get, addTerm),
      advance(line, p.line.get),
    ]),
  ]
}

export const convFunctions = { conv8: convolution(8), conv4: convolution(4) }
