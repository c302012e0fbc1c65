// The transforms of Winograd's convolution F(2x2, 3x3) (Lavin and Gray 2016, section 4.1): four by four pixels of x, a tile, and
// the three by three places of a filter become sixteen numbers each, whose products become two by two pixels of y. The numbers
// of one kind of all tiles lie together, a plane, so that the products over channels are those of matrices. For the gradient with
// respect to the filter, F(3x3, 2x2) with the same tiles: two by two pixels of dy are the filter, and what comes out is dW.
import type { Code, Func, Local, Type } from './assembler.ts'
import { advance, f32x4, func, i32, load, store, whileBelow } from './assembler.ts'

const { add, sub, mul } = f32x4

type NewLocal = (type: Type) => Local

const vectors = (local: NewLocal, count: number) => Array.from({ length: count }, () => local('v128'))
const set = (to: Local[], values: Code[]): Code => values.map((value, i) => to[i]!.set(value))

/** B^T d for a column d of a tile. */
const ofInput = ([d0, d1, d2, d3]: Code[]) => [sub(d0!, d2!), add(d1!, d2!), sub(d2!, d1!), sub(d1!, d3!)]

/** A^T m for a column m of products. */
const ofOutput = ([m0, m1, m2, m3]: Code[]) => [add(add(m0!, m1!), m2!), sub(sub(m1!, m2!), m3!)]

const half = (value: Code) => mul(f32x4.const(0.5), value)

/** G g for a column g of a filter. */
const ofFilter = ([g0, g1, g2]: Code[]) => [g0!, half(add(add(g0!, g1!), g2!)), half(add(sub(g0!, g1!), g2!)), g2!]

/** G of F(3x3, 2x2) for a column of two pixels of dy. */
const ofGradient = ([e0, e1]: Code[]) => [e0!, half(add(e0!, e1!)), half(sub(e0!, e1!)), e1!]

/** A^T of F(3x3, 2x2) for a column m of products. */
const ofProducts = ([m0, m1, m2, m3]: Code[]) => [add(add(m0!, m1!), m2!), sub(m1!, m2!), sub(add(m1!, m2!), m3!)]

const get = (locals: Local[]) => locals.map((one) => one.get)

/** `count` addresses that are so far apart. */
const addresses = (to: Local[], begin: Code, apart: Code): Code => [
  to[0]!.set(begin),
  to.slice(1).map((one, before) => one.set(i32.add(to[before]!.get, apart))),
]

/** Goes through the tiles, of `bytes` for all channels in a plane: `vector` for each vector of them, and what is `between`. */
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
 * The transform of `side` by `side` pixels of an item, two pixels from each to the next: with B^T of a tile of x (an item with its
 * zeros), with G of two by two pixels of dy.
 */
const tiles = (side: number, transform: (column: Code[]) => Code[]): Func =>
  func(
    {
      /** The first pixel; bytes of a pixel and of a row. */
      x: 'i32',
      pixel: 'i32',
      row: 'i32',
      /** The first plane, its end, bytes of a row of tiles in it, and from a plane to the next. */
      to: 'i32',
      end: 'i32',
      across: 'i32',
      plane: 'i32',
    },
    ({ x, pixel, row, to, end, across, plane }, local) => {
      const [atX, target] = [local('i32'), local('i32')]
      const rows = Array.from({ length: side }, () => local('i32'))
      const [column, tile] = [vectors(local, side), Array.from({ length: side }, () => vectors(local, 4))]
      const vector = (offset: Local): Code => [
        addresses(rows, i32.add(atX.get, offset.get), row.get),
        tile.map((transformed) => [
          rows.map((from, i) => [column[i]!.set(load(from.get)), advance(from, pixel.get)]),
          set(transformed, transform(get(column))),
        ]),
        target.set(i32.add(to.get, offset.get)),
        [0, 1, 2, 3].map((i) =>
          transform(tile.map((column) => column[i]!.get)).map((value) => [store(target.get, value), advance(target, plane.get)]),
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

/** A^T m A of every tile, and the bias, for two by two pixels of y. */
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
    const [atY, source, target, addend] = [local('i32'), local('i32'), local('i32'), local('v128')]
    const [column, tile] = [vectors(local, 4), [vectors(local, 4), vectors(local, 4)] as const]
    const vector = (offset: Local): Code => [
      source.set(i32.add(from.get, offset.get)),
      // A row of the tile after the other, as the planes are: A^T is then taken from the right.
      [0, 1, 2, 3].map((i) => [
        column.map((one) => [one.set(load(source.get)), advance(source, plane.get)]),
        ofOutput(get(column)).map((value, side) => tile[side]![i]!.set(value)),
      ]),
      addend.set(load(i32.add(bias.get, offset.get))),
      target.set(i32.add(atY.get, offset.get)),
      tile.map((side) => [
        ofOutput(get(side)).map((value, down) =>
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

/** G g G^T of filters whose places are planes: of all numbers of a plane, four at a time. */
const filterTiles = func(
  { from: 'i32', end: 'i32', place: 'i32', to: 'i32', plane: 'i32' },
  ({ from, end, place, to, plane }, local) => {
    const [target, source] = [local('i32'), local('i32')]
    const [row, tile] = [vectors(local, 3), Array.from({ length: 4 }, () => vectors(local, 3))]
    return whileBelow(from, end.get, [
      source.set(from.get),
      [0, 1, 2].map((i) => [
        row.map((one) => [one.set(load(source.get)), advance(source, place.get)]),
        // Of a row of places the four columns.
        ofFilter(get(row)).map((value, column) => tile[column]![i]!.set(value)),
      ]),
      target.set(to.get),
      [0, 1, 2, 3].map((i) => tile.map((column) => [store(target.get, ofFilter(get(column))[i]!), advance(target, plane.get)])),
      advance(from, 16),
      advance(to, 16),
    ])
  },
)

/** A^T m A of F(3x3, 2x2), of all numbers of a plane: the places of a filter from sixteen planes. */
const filterOfTiles = func(
  { from: 'i32', end: 'i32', plane: 'i32', to: 'i32', place: 'i32' },
  ({ from, end, plane, to, place }, local) => {
    const source = local('i32')
    const [row, tile] = [vectors(local, 4), Array.from({ length: 3 }, () => vectors(local, 4))]
    const target = (down: number, column: number) => i32.add(to.get, i32.mul(place.get, i32.const(3 * down + column)))
    return whileBelow(from, end.get, [
      source.set(from.get),
      [0, 1, 2, 3].map((i) => [
        row.map((one) => [one.set(load(source.get)), advance(source, plane.get)]),
        ofProducts(get(row)).map((value, column) => tile[column]![i]!.set(value)),
      ]),
      tile.map((products, column) => ofProducts(get(products)).map((value, down) => store(target(down, column), value))),
      advance(from, 16),
      advance(to, 16),
    ])
  },
)

export const winogradFunctions = {
  inputTiles: tiles(4, ofInput),
  gradientTiles: tiles(2, ofGradient),
  outputTiles,
  filterTiles,
  filterOfTiles,
}
