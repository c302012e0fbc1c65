// The gradient of a convolution with respect to its filter, for one place of the filter and some rows of every item:
// out[i][o] += sum over pixels x[pixel][i] dy[pixel][o]. In tiles of `ins` by `outs` channels whose sums stay in registers.
import type { Code, Func, Local } from './assembler.ts'
import { advance, f32x4, func, i32, load, loadSplat, store, whileBelow } from './assembler.ts'

const parameters = {
  /** The first item, and bytes from one to the next. */
  x: 'i32',
  xItem: 'i32',
  /** From a pixel of x to that which belongs to the next one of dy, and from a row to the next. */
  xPixel: 'i32',
  xRow: 'i32',
  dy: 'i32',
  dyItem: 'i32',
  /** That of dy after the last item. */
  lastItem: 'i32',
  dyPixel: 'i32',
  dyRow: 'i32',
  /** Of dy: bytes of the pixels of a row, and of all rows. */
  width: 'i32',
  height: 'i32',
  out: 'i32',
  /** Bytes of the channels of x and dy to go through; a row of `out` is as long as a pixel of dy. */
  ins: 'i32',
  outs: 'i32',
} as const

const FLOAT = 4
const VECTOR = 16

/** `ins` channels of x by `outs` of dy, a multiple of four. */
const tiles = (ins: number, outs: number): Func =>
  func(parameters, (p, local) => {
    const int = () => local('i32')
    const [i, o, out, to] = [int(), int(), int(), int()]
    const [rowX, rowDy, lastRow, atX, atDy, lastPixel] = [int(), int(), int(), int(), int(), int()]
    const xs = local('v128')
    const dys = Array.from({ length: outs / 4 }, () => local('v128'))
    const sums = Array.from({ length: ins }, () => dys.map(() => local('v128')))
    const pixel: Code = [
      dys.map((dy, k) => dy.set(load(atDy.get, VECTOR * k))),
      sums.map((row, channel) => [
        xs.set(loadSplat(atX.get, FLOAT * channel)),
        row.map((sum, k) => sum.set(f32x4.add(sum.get, f32x4.mul(xs.get, dys[k]!.get)))),
      ]),
      advance(atX, p.xPixel.get),
      advance(atDy, p.dyPixel.get),
    ]
    const row: Code = [
      atX.set(rowX.get),
      atDy.set(rowDy.get),
      lastPixel.set(i32.add(rowDy.get, p.width.get)),
      whileBelow(atDy, lastPixel.get, pixel),
      advance(rowX, p.xRow.get),
      advance(rowDy, p.dyRow.get),
    ]
    const tile: Code = [
      sums.flat().map((sum) => sum.set(f32x4.const(0))),
      rowX.set(i32.add(p.x.get, i.get)),
      rowDy.set(i32.add(p.dy.get, o.get)),
      lastRow.set(i32.add(rowDy.get, p.height.get)),
      whileBelow(rowDy, lastRow.get, row),
      to.set(i32.add(out.get, o.get)),
      sums.map((row) => [addTo(to, row), advance(to, p.dyPixel.get)]),
      advance(o, FLOAT * outs),
    ]
    return whileBelow(p.dy, p.lastItem.get, [
      i.set(i32.const(0)),
      out.set(p.out.get),
      whileBelow(i, p.ins.get, [
        o.set(i32.const(0)),
        whileBelow(o, p.outs.get, tile),
        advance(out, i32.mul(p.dyPixel.get, i32.const(ins))),
        advance(i, FLOAT * ins),
      ]),
      advance(p.x, p.xItem.get),
      advance(p.dy, p.dyItem.get),
    ])
  })

/** What is summed up over rows is added last, so that sums stay short and keep their digits. */
const addTo = (to: Local, row: Local[]): Code =>
  row.map((sum, k) => store(to.get, f32x4.add(load(to.get, VECTOR * k), sum.get), VECTOR * k))

export const filterFunctions = { filter4x8: tiles(4, 8), filter4x4: tiles(4, 4), filter1x8: tiles(1, 8), filter1x4: tiles(1, 4) }
