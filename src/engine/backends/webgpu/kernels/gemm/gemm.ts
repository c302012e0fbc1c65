// Matrix product C[m, n] = sum over k of A[m, k] B[k, n] of matrices that need not exist: a kernel
// provides WGSL functions that read A and B and write C. A convolution, in either direction, is one
// such product (implicit GEMM).
//
// The sum over k is divided into `steps` (for example, pixels of a filter) of `depth` terms each
// (its channels), so that whatever is constant within a step is computed once for it. There are two
// variants:
// - tiled (gemmTiled.ts): a workgroup computes a tile of C from tiles of A and B in workgroup
//   memory. This is for GPUs.
// - lanes (gemmLanes.ts): no workgroup memory and no barriers. Every lane of a subgroup has rows of
//   its own; each loads a part of the row of B that all of them need, and broadcasts it. On
//   software devices, where a load costs more than 20 multiplications, this is three to four times
//   as fast.
import { lanesTile } from '../software/lanesTile.ts'
import { rulesFor } from '../software/rules.ts'
import type { ProductExtents, ProductKind } from '../../tunedChoices.ts'
import { tunedChoice, workClass } from '../../tunedChoices.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { unroll, workgroupGrid } from '../../wgsl.ts'
import type { MatrixUnit, Tile, Tiled } from './tiles.ts'

export interface Gemm {
  /** Extents of C. */
  rows: number
  columns: number
  /** The number of products, with different steps or rows; `part` in the functions below. */
  parts: number
  depth: number
  /**
   * The axis along which `a_at` and `b_at` return four numbers. Along rows, a thread has 4 n rows.
   */
  aAlong: 'k' | 'rows'
  bAlong: 'k' | 'columns'
  /** Also sums the columns of B. */
  columnSums?: boolean
  /**
   * Also computes the mean and the variance of each column of a tile of C, as it is stored. Only
   * with {@link canGiveMoments}.
   */
  columnMoments?: boolean
  /**
   * Also sums two terms of each number of C over the rows of a tile. Only with
   * {@link canGiveMoments}.
   */
  tileSums?: boolean
  /** Sums start from a value for each column. Only with lanes, where this costs next to nothing. */
  columnStart?: boolean
  /**
   * Bindings, and these functions:
   * - `step_range(part: u32) -> vec2u`: the first step, and the end of the steps;
   * - `row_at(m: u32, part: u32) -> Row`: data of a row, or of four; m may be beyond the rows;
   * - `source_at(row: Row, step: u32, part: u32) -> Source`: data of a row in a step;
   * - `a_at(source: Source, k: u32) -> vec4f`: four numbers of A, 0 beyond the depth;
   * - `b_at(step: u32, k: u32, n: u32, part: u32) -> vec4f`, or with lanes `b_value(...) -> f32`:
   *   anything finite beyond the depth and the columns;
   * - `put(m: u32, n: u32, value: vec4f, part: u32)`: stores four numbers of a row of C; some may
   *   be beyond the columns; m is within the rows, unless A is along rows;
   * - for `columnMoments`: `put` returns the numbers as they are stored, and
   *   `put_moments(tile: u32, n: u32, mean: vec4f, variance: vec4f, part: u32)` stores those of four
   *   columns of a tile, counted along the rows of C; some may be beyond the columns;
   * - for `tileSums`: `put` returns the terms, as a struct with `a` and `b` of four columns, and
   *   `put_tile_sums(tile: u32, n: u32, a: vec4f, b: vec4f)` stores their sums likewise;
   * - `initial_sum(n: u32, part: u32) -> f32`, for `columnStart`: anything finite beyond the
   *   columns;
   * - `put_column_sum(n: u32, value: f32, part: u32)`, for `columnSums`; n may be beyond the
   *   columns.
   */
  code: string
}

/** A product with its bindings, which its code does not declare. */
export interface BoundProduct {
  outputs: BoundTensor[]
  inputs: BoundTensor[]
  /** Generates the code. */
  product: () => Gemm
}

export const roundUp = (n: number, to: number) => Math.ceil(n / to) * to

/** Default tiles for GPUs. */
export const defaultTiles: Record<'large' | 'small', Tiled> = {
  large: { shape: 'tiled', rows: 8, columns: 4, tall: 8, wide: 16, depth: 16 },
  small: { shape: 'tiled', rows: 4, columns: 4, tall: 8, wide: 8, depth: 16 },
}

/** Returns a tile for the device and the extents of C: the tuned one, or a default. */
export function chooseTile(
  device: GPUDevice,
  extents: ProductExtents,
  kind: ProductKind = 'product',
): Tile {
  const { columns } = extents
  const across = Math.min(8, roundUp(columns, 4))
  if (!rulesFor(device).sharesMemory) return lanesTile(device, extents.rows, across, kind)
  if (columns <= 16)
    return {
      shape: 'tiled',
      rows: 4,
      columns: 4,
      tall: 32,
      wide: roundUp(columns, 4) > 4 ? 4 : 1,
      depth: 16,
    }
  return (
    tunedChoice(device, kind, extents)?.tile ??
    defaultTiles[workClass(kind, extents).startsWith('large') ? 'large' : 'small']
  )
}

/** Returns the name of a tile, which is a part of program keys and of stored choices. */
export function tileName(tile: Tile): string {
  if (tile.shape === 'lanes')
    return `${tile.threads} threads of ${tile.rows}x${tile.columns} lanes ${tile.lanes}`
  const { tall, wide, rows, columns, depth, half, matrix } = tile
  const size = `tile ${tall}x${wide} of ${rows}x${columns}x${depth}`
  if (matrix) return `${size} by matrices ${matrixName(matrix)}`
  return half ? `${size} in float16 by ${half}` : size
}

const matrixName = ({ M, N, K, numbers, lanes }: MatrixUnit) =>
  `${M}x${N}x${K} ${numbers} of ${lanes}`

/** Returns the number of workgroups for one part of C. */
export const tileCount = (
  { rows, columns }: Pick<Gemm, 'rows' | 'columns'>,
  tile: Tile,
): number => {
  const [tall, wide] = tile.shape === 'tiled' ? [tile.tall, tile.wide] : [tile.threads, 1]
  return Math.ceil(rows / (tall * tile.rows)) * Math.ceil(columns / (wide * tile.columns))
}

/**
 * Assigns tiles of C to workgroups. Neighbours have the same rows, so that their reads of A hit the
 * cache. Defines `m0`, `n0` and `part`.
 */
export function placeTiles({ rows, columns, parts }: Gemm, height: number, width: number) {
  const grid = workgroupGrid(Math.ceil(rows / height) * Math.ceil(columns / width) * parts)
  const begin = `${grid.begin}
  ${tilePlacementCode({ rows, columns }, height, width)}`
  return { workgroups: grid.workgroups, begin }
}

/** Defines `m0`, `n0` and `part` for the workgroup with index `group`. */
export function tilePlacementCode(
  { rows, columns }: Pick<Gemm, 'rows' | 'columns'>,
  height: number,
  width: number,
): string {
  const [down, across] = [Math.ceil(rows / height), Math.ceil(columns / width)]
  return `let n0 = group % ${across}u * ${width}u;
  let m0 = group / ${across}u % ${down}u * ${height}u;
  let part = group / ${down * across}u;`
}

/** Declares the accumulators of a thread, in fours of columns: `c<row>_<four>`. */
export const accumulatorsCode = (rows: number, columns: number, start?: (j: number) => string) =>
  unroll(rows, (i) =>
    unroll(columns / 4, (j) => `var c${i}_${j} = ${start?.(j) ?? 'vec4f()'};`, ' '),
  )

/** Adds the products of one number of A for each row and four of B for each four columns. */
export const multiplyAddCode = (
  rows: number,
  columns: number,
  a: (i: number) => string,
  b: (j: number) => string,
) =>
  unroll(rows, (i) =>
    unroll(columns / 4, (j) => `c${i}_${j} = fma(vec4f(${a(i)}), ${b(j)}, c${i}_${j});`, ' '),
  )
