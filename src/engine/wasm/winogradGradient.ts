// The gradient of a convolution with respect to a filter of three by three places by Winograd's F(3x3, 2x2), which takes the
// tiles of x that the convolution takes: the sum over all tiles is a product of matrices, of which sixteen become nine.
import { placing } from './conv.ts'
import type { Geometry, Image } from './conv.ts'
import { channelsOfStrand, tilesOf } from './filter.ts'
import { call, keyOf, repeated } from './module.ts'
import type { Own } from './module.ts'
import type { Phase } from './plans.ts'
import type { Strand } from './strands.ts'
import { canTile } from './winograd.ts'

/** Numbers of a tile. */
const NUMBERS = 16

/** Floats of the tiles of some items that are in memory together. */
const ROOM = 2 ** 19

const floatsOfItem = ({ shape: [, height, width, outs] }: Image, ins: number) => NUMBERS * ((height * width) / 4) * (ins + outs)

/** Whether {@link gradientByTiles} can take it and is quicker. */
export function canTileGradient({ shape: [kh, kw, ins, outs] }: Image, dy: Image, { stride }: Geometry): boolean {
  const [, height, width] = dy.shape
  return kh === 3 && kw === 3 && stride === 1 && canTile({ height, width, ins, outs }) && floatsOfItem(dy, ins) <= ROOM
}

/** Writes the gradient to `out`. */
export function gradientByTiles(own: Own, out: Image, x: Image, dy: Image, { pad }: Geometry): void {
  const [b, height, width, outs] = dy.shape
  const ins = x.shape[3]
  const [size, sums] = [(height + 2) * (width + 2) * ins, NUMBERS * ins * outs]
  const together = Math.min(b, Math.max(1, Math.floor(ROOM / floatsOfItem(dy, ins))))
  const some = own.threads === 1 ? together : Math.ceil(together / (4 * own.threads))
  const rooms = Math.ceil(together / some)
  const { address, numbers } = own.scratch(sums + rooms * size + together * floatsOfItem(dy, ins))
  numbers.fill(0, 0, sums)
  const key = keyOf('filter gradient in tiles', ...x.shape, ...dy.shape, pad.top, pad.left)
  own.phases(key, [own.address(x.of), own.address(dy.of), own.address(out.of), address], ([xAt, dyAt, outAt, scratch]) => {
    const made = tilesAt(scratch!, scratch! + 4 * (sums + rooms * size), dy, ins)
    const phases: Phase[] = []
    for (let first = 0; first < b; first += together) {
      const count = Math.min(together, b - first)
      const transformed = (i: number, strand: number): Strand => {
        const room = scratch! + 4 * (sums + strand * size)
        const from = xAt! + (first + i) * x.shape[1] * x.shape[2] * made.xPixel
        return [
          placing(from, room, x.shape, [height + 2, width + 2], { spread: 1, ...pad }),
          ...transforming(made, room, dyAt! + (first + i) * height * width * made.dyPixel, i, width),
        ]
      }
      const strands = Array.from({ length: Math.ceil(count / some) }, (_, strand) =>
        repeated(Math.min(some, count - strand * some), (i) => transformed(strand * some + i, strand)),
      )
      const multiplications = (count * height * width * NUMBERS * ins * outs) / 4
      phases.push(
        { strands, multiplications: 2 * count * floatsOfItem(dy, ins) },
        { strands: products(own.threads, made, count, ins, outs), multiplications },
      )
    }
    const plane = 4 * ins * outs
    const last: Strand = [call('filterOfTiles', scratch!, scratch! + plane, plane, outAt!, plane)]
    return [...phases, { strands: [last], multiplications: 0 }]
  })
}

/** Where the tiles are, that begin at `tiles`. */
function tilesAt(sums: number, tiles: number, dy: Image, ins: number): Made {
  const [, height, width, outs] = dy.shape
  const [xPixel, dyPixel, count] = [4 * ins, 4 * outs, (height * width) / 4]
  const [xPlane, dyPlane] = [count * xPixel, count * dyPixel]
  return { sums, x: tiles, dy: tiles + NUMBERS * xPlane, item: 4 * floatsOfItem(dy, ins), xPixel, dyPixel, xPlane, dyPlane }
}

/** The calls that make the tiles of an item of x, with its zeros, and of dy. */
function transforming(
  { x, dy, item, xPixel, dyPixel, xPlane, dyPlane }: Made,
  from: number,
  other: number,
  i: number,
  width: number,
): Strand {
  const [to, toOther] = [x + i * item, dy + i * item]
  const across = width / 2
  return [
    call('inputTiles', from, xPixel, xPixel * (width + 2), to, to + xPlane, xPixel * across, xPlane),
    call('gradientTiles', other, dyPixel, dyPixel * width, toOther, toOther + dyPlane, dyPixel * across, dyPlane),
  ]
}

/** Addresses of what is summed up and of the tiles of the first item, and bytes: to the next item, of a pixel and of a plane. */
interface Made {
  sums: number
  x: number
  dy: number
  item: number
  xPixel: number
  dyPixel: number
  xPlane: number
  dyPlane: number
}

/** The calls that add, of each number of all tiles, x^T dy. */
function products(
  threads: number,
  { sums, x, dy, item, xPixel, dyPixel, xPlane, dyPlane }: Made,
  items: number,
  ins: number,
  outs: number,
) {
  const channels = channelsOfStrand(ins, NUMBERS, threads)
  const strands: Strand[] = []
  for (let i = 0; i < NUMBERS; i++) {
    for (let first = 0; first < ins; first += channels) {
      const part = { first, count: Math.min(channels, ins - first) }
      const [from, other] = [x + i * xPlane, dy + i * dyPlane]
      strands.push(
        tilesOf(part, outs).map(([name, at, count, o, through]) => {
          const [xs, dys] = [
            [from + 4 * at, item, xPixel, 0],
            [other + 4 * o, item, other + 4 * o + items * item, dyPixel, dyPlane],
          ]
          const to = sums + (i * ins + at) * dyPixel + 4 * o
          return call(name, ...xs, ...dys, dyPlane, dyPlane, to, 4 * count, 4 * through)
        }),
      )
    }
  }
  return strands
}
