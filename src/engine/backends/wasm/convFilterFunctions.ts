// Filter gradient of a convolution, for one tap and some rows of every item: out[i][o] += sum over
// pixels x[pixel][i] dy[pixel][o], in tiles of `ins` by `outs` channels whose sums are in
// registers.
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
  /** The first item, and bytes to the next. */
  x: 'i32',
  xItem: 'i32',
  /** Bytes between the pixels of x for neighbouring pixels of dy, and for neighbouring rows. */
  xPixel: 'i32',
  xRow: 'i32',
  dy: 'i32',
  dyItem: 'i32',
  /** The end of dy. */
  lastItem: 'i32',
  dyPixel: 'i32',
  dyRow: 'i32',
  /** Bytes of a row of dy, and of all its rows. */
  width: 'i32',
  height: 'i32',
  out: 'i32',
  /** Bytes of the channels of x and dy to compute; a row of `out` is as long as a pixel of dy. */
  ins: 'i32',
  outs: 'i32',
} as const

const FLOAT = 4
const VECTOR = 16

/** Computes tiles of `ins` channels of x by `outs` of dy, a multiple of four. */
const sumTiles = (ins: number, outs: number): Func =>
  func(parameters, (p, local) => {
    const [i, o, out, to] = newLocals(local, 'i32', 4)
    const [rowX, rowDy, lastRow, atX, atDy, lastPixel] = newLocals(local, 'i32', 6)
    const x = local('v128')
    const dys = newLocals(local, 'v128', outs / 4)
    const sums = Array.from({ length: ins }, () => newLocals(local, 'v128', outs / 4))
    const pixel: Code = [
      dys.map((dy, k) => dy.set(load(atDy.get, VECTOR * k))),
      sums.map((row, channel) => [
        x.set(loadSplat(atX.get, FLOAT * channel)),
        row.map((sum, k) => sum.set(f32x4.multiplyAdd(x.get, dys[k].get, sum.get))),
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
      sums.map((row) => [addToOutput(to, row), advance(to, p.dyPixel.get)]),
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

/** Adds a sum to `out` only after some rows: shorter sums are more precise. */
const addToOutput = (to: Local, row: Local[]): Code =>
  row.map((sum, k) => store(to.get, f32x4.add(load(to.get, VECTOR * k), sum.get), VECTOR * k))

export const filterFunctions = {
  filter4x8: sumTiles(4, 8),
  filter4x4: sumTiles(4, 4),
  filter1x8: sumTiles(1, 8),
  filter1x4: sumTiles(1, 4),
}
