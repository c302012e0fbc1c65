// Transforms of the Winograd convolution F(2x2, 3x3) (Lavin and Gray 2016, section 4.1). A tile of
// 4x4 pixels of x, and a filter of 3x3 taps, become 16 numbers each, whose products become 2x2
// pixels of y. Each of the 16 numbers of all tiles is a plane in memory, so that sums over channels
// are matrix products. The filter gradient is F(3x3, 2x2) with the same tiles: 2x2 pixels of dy
// take the place of the filter, and the result is dW.
import type { Code, Func, Local, Type } from './assembler.ts'
import { advance, f32x4, func, i32, load, newLocals, store, whileBelow } from './assembler.ts'

const { add, sub, mul } = f32x4

type NewLocal = (type: Type) => Local

const vectors = (local: NewLocal, count: number) => newLocals(local, 'v128', count)
const setAll = (to: Local[], values: Code[]): Code => values.map((value, i) => to[i].set(value))

/** B^T d for a column d of a tile. */
const timesB = ([d0, d1, d2, d3]: Code[]) => [sub(d0, d2), add(d1, d2), sub(d2, d1), sub(d1, d3)]

/** A^T m for a column m of products. */
const timesA = ([m0, m1, m2, m3]: Code[]) => [add(add(m0, m1), m2), sub(sub(m1, m2), m3)]

const half = (value: Code) => mul(f32x4.const(0.5), value)

/** G g for a column g of a filter. */
const timesG = ([g0, g1, g2]: Code[]) => [
  g0,
  half(add(add(g0, g1), g2)),
  half(add(sub(g0, g1), g2)),
  g2,
]

/** G e of F(3x3, 2x2) for a column e of two pixels of dy. */
const timesGradientG = ([e0, e1]: Code[]) => [e0, half(add(e0, e1)), half(sub(e0, e1)), e1]

/** A^T m of F(3x3, 2x2) for a column m of products. */
const timesGradientA = ([m0, m1, m2, m3]: Code[]) => [
  add(add(m0, m1), m2),
  sub(m1, m2),
  sub(add(m1, m2), m3),
]

const getAll = (locals: Local[]) => locals.map((variable) => variable.get)

/** Sets equally spaced addresses. */
const setAddresses = (to: Local[], begin: Code, stride: Code): Code => [
  to[0].set(begin),
  to.slice(1).map((address, before) => address.set(i32.add(to[before].get, stride))),
]

/**
 * Loops over the tiles of a plane, each of which has `bytes` for all channels. Runs `vector` for
 * each vector of channels, `nextTile` after each tile, and `nextRow` after each row of tiles.
 */
function overTiles(
  { plane, end, across, bytes }: { plane: Local; end: Local; across: Local; bytes: Local },
  local: NewLocal,
  { vector, nextTile, nextRow }: { vector: (offset: Local) => Code; nextTile: Code; nextRow: Code },
): Code {
  const [offset, last] = [local('i32'), local('i32')]
  return whileBelow(plane, end.get, [
    last.set(i32.add(plane.get, across.get)),
    whileBelow(plane, last.get, [
      offset.set(i32.const(0)),
      whileBelow(offset, bytes.get, [vector(offset), advance(offset, 16)]),
      advance(plane, bytes.get),
      nextTile,
    ]),
    nextRow,
  ])
}

/**
 * Transforms tiles of `side` by `side` pixels of an item, two pixels apart: tiles of padded x with
 * B^T, or of 2x2 pixels of dy with G.
 */
const transformTiles = (side: number, transform: (column: Code[]) => Code[]): Func =>
  func(
    {
      /** The first pixel, and bytes of a pixel and of a row. */
      x: 'i32',
      pixel: 'i32',
      row: 'i32',
      /** The first plane, its end, bytes of a row of tiles in it, and bytes to the next plane. */
      to: 'i32',
      end: 'i32',
      across: 'i32',
      plane: 'i32',
    },
    ({ x, pixel, row, to, end, across, plane }, local) => {
      const [atX, target] = newLocals(local, 'i32', 2)
      const rows = newLocals(local, 'i32', side)
      const [column, tile] = [
        vectors(local, side),
        Array.from({ length: side }, () => vectors(local, 4)),
      ]
      const vector = (offset: Local): Code => [
        setAddresses(rows, i32.add(atX.get, offset.get), row.get),
        tile.map((transformed) => [
          rows.map((from, i) => [column[i].set(load(from.get)), advance(from, pixel.get)]),
          setAll(transformed, transform(getAll(column))),
        ]),
        target.set(i32.add(to.get, offset.get)),
        [0, 1, 2, 3].map((i) =>
          transform(tile.map((column) => column[i].get)).map((value) => [
            store(target.get, value),
            advance(target, plane.get),
          ]),
        ),
      ]
      const tileRow = i32.shl(row.get, i32.const(1))
      return [
        atX.set(x.get),
        overTiles({ plane: to, end, across, bytes: pixel }, local, {
          vector,
          nextTile: advance(atX, i32.shl(pixel.get, i32.const(1))),
          nextRow: [advance(x, tileRow), atX.set(x.get)],
        }),
      ]
    },
  )

/** Computes A^T m A of every tile, plus the bias: 2x2 pixels of y. */
const outputTiles = func(
  {
    from: 'i32',
    end: 'i32',
    across: 'i32',
    plane: 'i32',
    bias: 'i32',
    y: 'i32',
    pixel: 'i32',
    row: 'i32',
  },
  ({ from, end, across, plane, bias, y, pixel, row }, local) => {
    const [atY, source, target] = newLocals(local, 'i32', 3)
    const addend = local('v128')
    const [column, tile] = [vectors(local, 4), [vectors(local, 4), vectors(local, 4)] as const]
    const vector = (offset: Local): Code => [
      source.set(i32.add(from.get, offset.get)),
      // Row by row, in the order of the planes; so this multiplies by A from the right.
      [0, 1, 2, 3].map((i) => [
        column.map((value) => [value.set(load(source.get)), advance(source, plane.get)]),
        timesA(getAll(column)).map((value, side) => tile[side][i].set(value)),
      ]),
      addend.set(load(i32.add(bias.get, offset.get))),
      target.set(i32.add(atY.get, offset.get)),
      tile.map((side) => [
        timesA(getAll(side)).map((value, down) =>
          store(down === 0 ? target.get : i32.add(target.get, row.get), add(value, addend.get)),
        ),
        advance(target, pixel.get),
      ]),
    ]
    const next = i32.shl(row.get, i32.const(1))
    return [
      atY.set(y.get),
      overTiles({ plane: from, end, across, bytes: pixel }, local, {
        vector,
        nextTile: advance(atY, i32.shl(pixel.get, i32.const(1))),
        nextRow: [advance(y, next), atY.set(y.get)],
      }),
    ]
  },
)

/** Computes G g G^T of filters whose taps are planes, for four numbers of a plane at a time. */
const filterTiles = func(
  { from: 'i32', end: 'i32', place: 'i32', to: 'i32', plane: 'i32' },
  ({ from, end, place, to, plane }, local) => {
    const [target, source] = newLocals(local, 'i32', 2)
    const [row, tile] = [vectors(local, 3), Array.from({ length: 4 }, () => vectors(local, 3))]
    return whileBelow(from, end.get, [
      source.set(from.get),
      [0, 1, 2].map((i) => [
        row.map((value) => [value.set(load(source.get)), advance(source, place.get)]),
        // The four columns of a row of taps.
        timesG(getAll(row)).map((value, column) => tile[column][i].set(value)),
      ]),
      target.set(to.get),
      [0, 1, 2, 3].map((i) =>
        tile.map((column) => [
          store(target.get, timesG(getAll(column))[i]),
          advance(target, plane.get),
        ]),
      ),
      advance(from, 16),
      advance(to, 16),
    ])
  },
)

/** Computes A^T m A of F(3x3, 2x2): the taps of a filter from 16 planes, four numbers at a time. */
const filterFromTiles = func(
  { from: 'i32', end: 'i32', plane: 'i32', to: 'i32', place: 'i32' },
  ({ from, end, plane, to, place }, local) => {
    const source = local('i32')
    const [row, tile] = [vectors(local, 4), Array.from({ length: 3 }, () => vectors(local, 4))]
    const target = (down: number, column: number) =>
      i32.add(to.get, i32.mul(place.get, i32.const(3 * down + column)))
    return whileBelow(from, end.get, [
      source.set(from.get),
      [0, 1, 2, 3].map((i) => [
        row.map((value) => [value.set(load(source.get)), advance(source, plane.get)]),
        timesGradientA(getAll(row)).map((value, column) => tile[column][i].set(value)),
      ]),
      tile.map((products, column) =>
        timesGradientA(getAll(products)).map((value, down) => store(target(down, column), value)),
      ),
      advance(from, 16),
      advance(to, 16),
    ])
  },
)

export const winogradFunctions = {
  inputTiles: transformTiles(4, timesB),
  gradientTiles: transformTiles(2, timesGradientG),
  outputTiles,
  filterTiles,
  filterFromTiles,
}
