// Transforms of the tiles of Winograd convolutions, in two dimensions; see winogradTransforms.ts.
// Each number of all tiles is a plane in memory, so that sums over channels are matrix products.
import type { Code, Func, Local, Type } from './assembler.ts'
import { advance, f32x4, func, i32, load, newLocals, store, whileBelow } from './assembler.ts'
import type { TileTransforms, Transform } from '../winogradTransforms.ts'
import { createTileTransforms, MAX_SHARED } from '../winogradTransforms.ts'

const { add, sub, mul, multiplyAdd } = f32x4

const tileTransforms = createTileTransforms<Code>({
  add,
  sub,
  times: (factor, x) => mul(f32x4.const(factor), x),
  addTimes: (factor, x, y) => multiplyAdd(f32x4.const(factor), x, y),
})

type NewLocal = (type: Type) => Local

const vectors = (local: NewLocal, count: number) => newLocals(local, 'v128', count)

const range = (count: number) => [...Array(count).keys()]

/** Declares a matrix of variables. */
const matrix = (local: NewLocal, rows: number, columns: number): Local[][] =>
  range(rows).map(() => vectors(local, columns))

/** Transforms columns, and runs `use` with each value of the result and its index. */
function makeTransformer(local: NewLocal, transform: Transform<Code>) {
  const temporaries = vectors(local, MAX_SHARED)
  return (column: readonly Local[], use: (value: Code, i: number) => Code): Code => {
    const first: Code[] = []
    const values = transform(
      column.map(({ get }) => get),
      (shared) =>
        shared.map(([, value], i) => {
          first.push(temporaries[i].set(value))
          return temporaries[i].get
        }),
    )
    return [first, values.map(use)]
  }
}

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
 * Transforms tiles of `side` by `side` pixels of an item, which begin `step` pixels apart, to
 * `size` by `size` numbers: tiles of padded x with B^T, or pixels of dy with G.
 */
const transformTiles = (
  side: number,
  step: number,
  size: number,
  transform: Transform<Code>,
): Func =>
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
      const [column, tile] = [vectors(local, side), matrix(local, side, size)]
      const transformColumn = makeTransformer(local, transform)
      const vector = (offset: Local): Code => [
        setAddresses(rows, i32.add(atX.get, offset.get), row.get),
        tile.map((transformed) => [
          rows.map((from, i) => [column[i].set(load(from.get)), advance(from, pixel.get)]),
          transformColumn(column, (value, i) => transformed[i].set(value)),
        ]),
        target.set(i32.add(to.get, offset.get)),
        range(size).map((i) =>
          transformColumn(
            tile.map((transformed) => transformed[i]),
            (value) => [store(target.get, value), advance(target, plane.get)],
          ),
        ),
      ]
      const steps = (bytes: Local) => i32.mul(bytes.get, i32.const(step))
      return [
        atX.set(x.get),
        overTiles({ plane: to, end, across, bytes: pixel }, local, {
          vector,
          nextTile: advance(atX, steps(pixel)),
          nextRow: [advance(x, steps(row)), atX.set(x.get)],
        }),
      ]
    },
  )

/** Computes A^T m A of every tile, plus the bias: `pixels` by `pixels` of y. */
const outputTiles = (pixels: number, { timesA }: TileTransforms<Code>): Func =>
  func(
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
      const size = pixels + 2
      const [atY, source, target, down] = newLocals(local, 'i32', 4)
      const addend = local('v128')
      const [column, tile] = [vectors(local, size), matrix(local, pixels, size)]
      const transformColumn = makeTransformer(local, timesA)
      const vector = (offset: Local): Code => [
        source.set(i32.add(from.get, offset.get)),
        // Row by row, in the order of the planes; so this multiplies by A from the right.
        range(size).map((i) => [
          column.map((value) => [value.set(load(source.get)), advance(source, plane.get)]),
          transformColumn(column, (value, side) => tile[side][i].set(value)),
        ]),
        addend.set(load(i32.add(bias.get, offset.get))),
        target.set(i32.add(atY.get, offset.get)),
        tile.map((side) => [
          down.set(target.get),
          transformColumn(side, (value) => [
            store(down.get, f32x4.add(value, addend.get)),
            advance(down, row.get),
          ]),
          advance(target, pixel.get),
        ]),
      ]
      const steps = (bytes: Local) => i32.mul(bytes.get, i32.const(pixels))
      return [
        atY.set(y.get),
        overTiles({ plane: from, end, across, bytes: pixel }, local, {
          vector,
          nextTile: advance(atY, steps(pixel)),
          nextRow: [advance(y, steps(row)), atY.set(y.get)],
        }),
      ]
    },
  )

/**
 * Transforms matrices of `from` by `from` numbers to `to` by `to`. Each number is a plane, and four
 * of a plane are transformed at a time.
 */
const transformPlanes = (from: number, to: number, transform: Transform<Code>): Func =>
  func({ x: 'i32', end: 'i32', xPlane: 'i32', y: 'i32', yPlane: 'i32' }, (p, local) => {
    const [source, target] = newLocals(local, 'i32', 2)
    const [row, matrixOfRows] = [vectors(local, from), matrix(local, to, from)]
    const transformColumn = makeTransformer(local, transform)
    const down = (i: number, column: number) =>
      i32.add(target.get, i32.mul(p.yPlane.get, i32.const(to * i + column)))
    return whileBelow(p.x, p.end.get, [
      source.set(p.x.get),
      range(from).map((i) => [
        row.map((value) => [value.set(load(source.get)), advance(source, p.xPlane.get)]),
        transformColumn(row, (value, column) => matrixOfRows[column][i].set(value)),
      ]),
      target.set(p.y.get),
      matrixOfRows.map((numbers, column) =>
        transformColumn(numbers, (value, i) => store(down(i, column), value)),
      ),
      advance(p.x, 16),
      advance(p.y, 16),
    ])
  })

/** The functions for tiles of `pixels` by `pixels` of y. */
function tileFunctions(pixels: 2 | 4) {
  const [transforms, size] = [tileTransforms[pixels], pixels + 2]
  return {
    inputTiles: transformTiles(size, pixels, size, transforms.timesB),
    gradientTiles: transformTiles(pixels, pixels, size, transforms.timesGradientG),
    outputTiles: outputTiles(pixels, transforms),
    filterTiles: transformPlanes(3, size, transforms.timesG),
    filterFromTiles: transformPlanes(size, 3, transforms.timesGradientA),
  }
}

const [two, four] = [tileFunctions(2), tileFunctions(4)]

export const winogradFunctions = {
  inputTiles2: two.inputTiles,
  gradientTiles2: two.gradientTiles,
  outputTiles2: two.outputTiles,
  filterTiles2: two.filterTiles,
  filterFromTiles2: two.filterFromTiles,
  inputTiles4: four.inputTiles,
  gradientTiles4: four.gradientTiles,
  outputTiles4: four.outputTiles,
  filterTiles4: four.filterTiles,
  filterFromTiles4: four.filterFromTiles,
}
