// The gradient of a convolution with respect to a filter of three by three places by Winograd's F(3x3, 2x2), which takes the
// tiles of x that the convolution takes: the sum over all tiles is a product of matrices, of which sixteen become nine.
import { placing } from './conv.ts'
import type { Geometry, Image } from './conv.ts'
import { channelsOfStrand, tilesOf } from './filter.ts'
import { call, repeated } from './module.ts'
import type { Own } from './module.ts'
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
  const [tiles, size, sums] = [(height * width) / 4, (height + 2) * (width + 2) * ins, NUMBERS * ins * outs]
  const together = Math.min(b, Math.max(1, Math.floor(ROOM / floatsOfItem(dy, ins))))
  const some = own.threads === 1 ? together : Math.ceil(together / (4 * own.threads))
  const rooms = Math.ceil(together / some)
  const { address, numbers } = own.scratch(sums + rooms * size + together * floatsOfItem(dy, ins))
  numbers.fill(0, 0, sums)
  const [xPixel, dyPixel] = [4 * ins, 4 * outs]
  const [xRow, dyRow, xPlane, dyPlane] = [xPixel * (width + 2), dyPixel * width, tiles * xPixel, tiles * dyPixel]
  const item = 4 * floatsOfItem(dy, ins)
  const tilesAt = address + 4 * (sums + rooms * size)
  const made: Made = { sums: address, x: tilesAt, dy: tilesAt + NUMBERS * xPlane, item, xPixel, dyPixel, xPlane, dyPlane }
  for (let first = 0; first < b; first += together) {
    const count = Math.min(together, b - first)
    const transformed = (i: number, strand: number): Strand => {
      const room = address + 4 * (sums + strand * size)
      const [from, other] = [
        own.address(x.of) + (first + i) * x.shape[1] * x.shape[2] * xPixel,
        own.address(dy.of) + (first + i) * height * dyRow,
      ]
      const [to, toOther] = [made.x + i * item, made.dy + i * item]
      return [
        placing(from, room, x.shape, [height + 2, width + 2], { spread: 1, ...pad }),
        call('inputTiles', room, xPixel, xRow, to, to + xPlane, (xPixel * width) / 2, xPlane),
        call('gradientTiles', other, dyPixel, dyRow, toOther, toOther + dyPlane, (dyPixel * width) / 2, dyPlane),
      ]
    }
    const strands = Array.from({ length: Math.ceil(count / some) }, (_, strand) =>
      repeated(Math.min(some, count - strand * some), (i) => transformed(strand * some + i, strand)),
    )
    own.all(strands, 2 * count * floatsOfItem(dy, ins))
    own.all(products(own, made, count, ins, outs), NUMBERS * count * tiles * ins * outs)
  }
  const plane = 4 * ins * outs
  own.run('filterOfTiles', address, address + plane, plane, own.address(out.of), plane)
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
  own: Own,
  { sums, x, dy, item, xPixel, dyPixel, xPlane, dyPlane }: Made,
  items: number,
  ins: number,
  outs: number,
) {
  const channels = channelsOfStrand(ins, NUMBERS, own.threads)
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
