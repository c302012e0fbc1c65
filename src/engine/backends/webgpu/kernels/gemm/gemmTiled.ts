// The tiled variant of gemm.ts: a workgroup computes a tile of C from tiles of A and B that its
// threads load into workgroup memory.
import type { Program } from '../../program.ts'
import { unroll } from '../../wgsl.ts'
import type { Gemm } from './gemm.ts'
import { accumulatorsCode, multiplyAddCode, placeTiles, roundUp } from './gemm.ts'
import { multiplyAddHalvesCode, peaksCode, raisePeaksCode } from './gemmHalf.ts'
import type { SharedTile } from './gemmShared.ts'
import {
  fourCount,
  loadCode,
  loadedRowsCode,
  loadedSourcesCode,
  readA,
  readB,
  sharedSize,
  sharedStride,
} from './gemmShared.ts'
import type { Tiled } from './tiles.ts'
import { isPlainTile } from './tiles.ts'

/** Returns the part of a product's depth that is in workgroup memory, of at most `most`. */
const tileDepth = (fullDepth: number, most: number) =>
  [32, 16, 8].find((size) => size <= most && fullDepth % size === 0) ?? 4

interface TiledProduct {
  product: Gemm
  tile: Tiled
  threads: number
  /** The depth of the product, rounded up to fours. */
  fullDepth: number
  A: SharedTile
  B: SharedTile
}

export function tiledGemm(product: Gemm, tile: Tiled): Omit<Program, 'key'> {
  const { rows, columns, tall, wide } = tile
  const { workgroups, begin } = placeTiles(product, tall * rows, wide * columns)
  const { shared, body } = tiledParts(product, tile)
  const code = `${tile.half ? 'enable f16;' : ''}
${product.code}
${tile.half ? peaksCode : ''}
${sharedTilesCode(shared, tile.half ? 'vec4h' : 'vec4f')}
@compute @workgroup_size(${tall * wide}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${begin}
  ${body}
}`
  return { code, workgroups }
}

/** Fours of A and B in workgroup memory. */
export type SharedSizes = readonly [A: number, B: number]

/** Declares A and B. */
export const sharedTilesCode = ([a, b]: SharedSizes, four: 'vec4f' | 'vec4h' = 'vec4f') =>
  `var<workgroup> A: array<${four}, ${a}>;
var<workgroup> B: array<${four}, ${b}>;`

/** Returns the code of a workgroup, from its `m0`, `n0` and `part`, and what it needs. */
export function tiledParts(product: Gemm, tile: Tiled): { shared: SharedSizes; body: string } {
  const { rows, columns, tall, wide } = tile
  const fullDepth = roundUp(product.depth, 4)
  const depth = tileDepth(fullDepth, tile.depth)
  const [height, width] = [tall * rows, wide * columns]
  const A: SharedTile = { name: 'A', lines: height, depth, kAlong: product.aAlong === 'k' }
  const B: SharedTile = { name: 'B', lines: width, depth, kAlong: product.bAlong === 'k' }
  const tiled: TiledProduct = { product, tile, threads: tall * wide, fullDepth, A, B }
  const body = `let across = thread % ${wide}u;
  let down = thread / ${wide}u;
  ${tiledSumCode(tiled)}
  ${storeTileCode(tiled)}`
  return { shared: [sharedSize(A), sharedSize(B)], body }
}

function tiledSumCode(tiled: TiledProduct): string {
  const { product, tile, threads, fullDepth, A } = tiled
  const { rows, columns } = tile
  return `${loadedRowsCode(A, threads)}
  ${accumulatorsCode(rows, columns)}
  ${product.columnSums ? unroll(columns / 4, (j) => `var sum${j} = vec4f();`) : ''}
  let steps = step_range(part);
  for (var step = steps.x; step < steps.y; step++) {
    ${loadedSourcesCode(A, threads)}
    for (var k = 0u; k < ${fullDepth}u; k += ${A.depth}u) {
      ${tile.half ? loadHalvesCode(tiled) : loadTilesCode(tiled)}
      for (var q = 0u; q < ${A.depth / 4}u; q++) {
        ${tile.half ? addHalvesCode(tiled) : addFourTermsCode(tiled)}
      }
      ${tile.half ? '' : 'workgroupBarrier();'}
    }
  }`
}

function storeTileCode({ product, tile, A }: TiledProduct): string {
  const { rows, columns, tall, wide } = tile
  const rowIndex = (i: number) =>
    A.kAlong
      ? `m0 + down * ${rows}u + ${i}u`
      : `m0 + 4u * (down + ${Math.floor(i / 4) * tall}u) + ${i % 4}u`
  const columnIndex = (j: number) => `n0 + 4u * (across + ${j * wide}u)`
  const { columnMoments } = product
  const storeRow = (i: number) =>
    unroll(
      columns / 4,
      (j) =>
        `${columnMoments ? `c${i}_${j} = ` : ''}put(${rowIndex(i)}, ${columnIndex(j)}, c${i}_${j}, part);`,
      ' ',
    )
  const storeSum = (n: number) => {
    const [j, e] = [Math.floor(n / 4), n % 4]
    return `put_column_sum(${columnIndex(j)} + ${e}u, sum${j}[${e}], part);`
  }
  if (product.tileSums) return tileSumsCode(tile, rowIndex, columnIndex)
  if (columnMoments) return `${unroll(rows, storeRow)}\n${columnMomentsCode(tile, columnIndex)}`
  return `${unroll(rows, (i) => `if (${rowIndex(i)} < ${product.rows}u) { ${storeRow(i)} }`)}
  ${product.columnSums ? `if (m0 == 0u && down == 0u) { ${unroll(columns, storeSum)} }` : ''}`
}

// ---- moments of columns

/**
 * Returns whether the program of a tile can compute moments of columns: products are of float32, each
 * tile has as many rows, a power of two of threads has each column, and their sums fit the workgroup
 * memory of A.
 */
export function canGiveMoments(
  { rows, depth }: Pick<Gemm, 'rows' | 'depth'>,
  tile: Tiled,
): boolean {
  const { rows: perThread, columns, tall, wide, depth: most } = tile
  if (!isPlainTile(tile)) return false
  const height = tall * perThread
  const sums = (tall * wide * columns) / 4
  const isPowerOfTwo = (tall & (tall - 1)) === 0
  const shared = tileDepth(roundUp(depth, 4), most)
  const memory = sharedSize({ name: 'A', lines: height, depth: shared, kAlong: true })
  return rows % height === 0 && isPowerOfTwo && sums <= memory
}

/**
 * Computes the moments of columns from the sums of the threads, which are those of C as stored: the
 * mean first, then the squares of the differences from it (two passes lose no digits).
 */
function columnMomentsCode(tile: Tiled, columnIndex: (j: number) => string): string {
  const { rows, columns, tall } = tile
  const height = tall * rows
  const { at, sumOverThreads, sumAt } = sharedSums(tile)
  const result = (j: number) => `${sumAt(j)} / ${height}.0`
  const rowSum = (j: number) => unroll(rows, (i) => `c${i}_${j}`, ' + ')
  const square = (j: number) =>
    unroll(
      rows,
      (i) => `squares${j} = fma(c${i}_${j} - mean${j}, c${i}_${j} - mean${j}, squares${j});`,
    )
  return `${unroll(columns / 4, (j) => `${at(j)} = ${rowSum(j)};`)}
  ${sumOverThreads}
  ${unroll(columns / 4, (j) => `let mean${j} = ${result(j)};\n  var squares${j} = vec4f();`)}
  workgroupBarrier();
  ${unroll(columns / 4, (j) => `${square(j)}\n  ${at(j)} = squares${j};`)}
  ${sumOverThreads}
  if (down == 0u) {
    ${unroll(columns / 4, (j) => `put_moments(m0 / ${height}u, ${columnIndex(j)}, mean${j}, ${result(j)}, part);`)}
  }`
}

/** Sums the two terms of the numbers of each column, which `put` returns. */
function tileSumsCode(
  tile: Tiled,
  rowIndex: (i: number) => string,
  columnIndex: (j: number) => string,
): string {
  const { rows, columns, tall } = tile
  const { at, sumOverThreads, sumAt } = sharedSums(tile)
  const fours = columns / 4
  const store = (i: number, j: number) => `{
    let terms = put(${rowIndex(i)}, ${columnIndex(j)}, c${i}_${j}, part);
    a${j} += terms.a;
    b${j} += terms.b;
  }`
  return `${unroll(fours, (j) => `var a${j} = vec4f();\n  var b${j} = vec4f();`)}
  ${unroll(rows, (i) => unroll(fours, (j) => store(i, j)))}
  ${unroll(fours, (j) => `${at(j)} = a${j};`)}
  ${sumOverThreads}
  ${unroll(fours, (j) => `a${j} = ${sumAt(j)};`)}
  workgroupBarrier();
  ${unroll(fours, (j) => `${at(j)} = b${j};`)}
  ${sumOverThreads}
  if (down == 0u) {
    ${unroll(fours, (j) => `put_tile_sums(m0 / ${tall * rows}u, ${columnIndex(j)}, a${j}, ${sumAt(j)});`)}
  }`
}

/** Code that sums a four of each thread over the rows of threads, in the workgroup memory of A. */
function sharedSums({ columns, tall, wide }: Tiled) {
  const at = (j: number) => `A[${j * tall * wide}u + thread]`
  return {
    /** The four of a thread for its j-th four of columns. */
    at,
    sumOverThreads: `workgroupBarrier();
  for (var n = ${tall / 2}u; n > 0u; n /= 2u) {
    if (down < n) {
      ${unroll(columns / 4, (j) => `${at(j)} += A[${j * tall * wide}u + thread + n * ${wide}u];`)}
    }
    workgroupBarrier();
  }`,
    /** The sum for the column of a thread. */
    sumAt: (j: number) => `A[${j * tall * wide}u + across]`,
  }
}

// ---- loads into workgroup memory

const loadTilesCode = ({ threads, A, B }: TiledProduct) =>
  `${loadCode(A, threads, (i, _, at, to) => `A[${to}] = ${readA(A, i, at)};`)}
      ${loadCode(B, threads, (_, line, at, to) => `B[${to}] = ${readB(line, at)};`)}
      workgroupBarrier();`

/**
 * Loads numbers into registers, from which all threads find the largest magnitudes, and stores them
 * scaled. The first barrier also ends the reads of the tiles before. Defines `unscale`.
 */
function loadHalvesCode({ threads, A, B }: TiledProduct): string {
  const loads = (shared: SharedTile) => Math.ceil(fourCount(shared) / threads)
  const declare = (name: string, count: number) =>
    unroll(count, (i) => `var ${name}${i} = vec4f();`, ' ')
  return `${declare('nextA', loads(A))} ${declare('nextB', loads(B))}
      ${loadCode(A, threads, (i, _, at) => `nextA${i} = ${readA(A, i, at)};`)}
      ${loadCode(B, threads, (i, line, at) => `nextB${i} = ${readB(line, at)};`)}
      ${raisePeaksCode('nextA', loads(A), 'nextB', loads(B))}
      workgroupBarrier();
      let highestA = atomicLoad(&peak_a);
      let highestB = atomicLoad(&peak_b);
      let unscaleB = inverse_scale_for(highestB);
      let unscale = inverse_scale_for(highestA) * unscaleB;
      ${loadCode(A, threads, (i, _line, _at, to) => `A[${to}] = vec4h(nextA${i} * scale_for(highestA));`)}
      ${loadCode(B, threads, (i, _line, _at, to) => `B[${to}] = vec4h(nextB${i} * scale_for(highestB));`)}
      workgroupBarrier();`
}

// ---- products

/**
 * Reads the fours along k of the thread's rows and columns from the tiles that have them that way.
 */
function kVectorsCode({ rows, columns, wide }: Tiled, A: SharedTile, B: SharedTile): string {
  const readA = (i: number) => `let a${i} = A[(down * ${rows}u + ${i}u) * ${sharedStride(A)}u + q];`
  const readB = (n: number) => {
    const line = `${n % 4}u * ${B.lines / 4}u + across + ${Math.floor(n / 4) * wide}u`
    return `let b${n} = B[(${line}) * ${sharedStride(B)}u + q];`
  }
  return `${A.kAlong ? unroll(rows, readA) : ''}
        ${B.kAlong ? unroll(columns, readB) : ''}`
}

/** WGSL of the numbers of the t-th k of four, and what it needs: fours of rows and of columns. */
function termCode({ tile, A, B }: TiledProduct) {
  const { rows, columns, tall, wide, half } = tile
  const at = (shared: SharedTile, offset: string, t: number) =>
    `${shared.name}[(4u * q + ${t}u) * ${sharedStride(shared)}u + ${offset}]`
  const fromA = (t: number) =>
    A.kAlong ? '' : unroll(rows / 4, (i) => `let a${i} = ${at(A, `down + ${i * tall}u`, t)};`)
  const fromB = (t: number) =>
    unroll(columns / 4, (j) =>
      B.kAlong
        ? `let four${j} = ${half ? 'vec4h' : 'vec4f'}(${unroll(4, (e) => `b${4 * j + e}[${t}]`, ', ')});`
        : `let four${j} = ${at(B, `across + ${j * wide}u`, t)};`,
    )
  return {
    declare: (t: number) => `${fromA(t)} ${fromB(t)}`,
    a: (i: number, t: number) => (A.kAlong ? `a${i}[${t}]` : `a${Math.floor(i / 4)}[${i % 4}]`),
    b: (j: number) => `four${j}`,
  }
}

/** Adds four columns of B to their sums. */
const addColumnsCode = ({ product: { columnSums }, tile: { columns, half } }: TiledProduct) =>
  columnSums
    ? `if (m0 == 0u) { ${unroll(columns / 4, (j) =>
        half ? `sum${j} += unscaleB * vec4f(four${j});` : `sum${j} += four${j};`,
      )} }`
    : ''

/** Adds the products of four k. */
function addFourTermsCode(tiled: TiledProduct): string {
  const { tile, A, B } = tiled
  const { declare, a, b } = termCode(tiled)
  const addTerm = (t: number) => `{
    ${declare(t)}
    ${addColumnsCode(tiled)}
    ${multiplyAddCode(tile.rows, tile.columns, (i) => a(i, t), b)}
  }`
  return `${kVectorsCode(tile, A, B)}
        ${unroll(4, addTerm)}`
}

function addHalvesCode(tiled: TiledProduct): string {
  const { tile, A, B } = tiled
  const { declare, a, b } = termCode(tiled)
  const declareAndSum = (t: number) => `${declare(t)} ${addColumnsCode(tiled)}`
  return `${kVectorsCode(tile, A, B)}
        ${multiplyAddHalvesCode(tile, { a, b, declare: declareAndSum })}`
}
