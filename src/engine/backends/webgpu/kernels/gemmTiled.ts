// The tiled variant of gemm.ts: a workgroup computes a tile of C from tiles of A and B that its
// threads load into workgroup memory.
import type { Program } from '../program.ts'
import { unroll } from '../wgsl.ts'
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
  const fullDepth = roundUp(product.depth, 4)
  const depth = [32, 16, 8].find((size) => size <= tile.depth && fullDepth % size === 0) ?? 4
  const [height, width] = [tall * rows, wide * columns]
  const A: SharedTile = { name: 'A', lines: height, depth, kAlong: product.aAlong === 'k' }
  const B: SharedTile = { name: 'B', lines: width, depth, kAlong: product.bAlong === 'k' }
  const threads = tall * wide
  const tiled: TiledProduct = { product, tile, threads, fullDepth, A, B }
  const { workgroups, begin } = placeTiles(product, height, width)
  const four = tile.half ? 'vec4h' : 'vec4f'
  const code = `${tile.half ? 'enable f16;' : ''}
${product.code}
${tile.half ? peaksCode : ''}
var<workgroup> A: array<${four}, ${sharedSize(A)}>;
var<workgroup> B: array<${four}, ${sharedSize(B)}>;
@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${begin}
  let across = thread % ${wide}u;
  let down = thread / ${wide}u;
  ${tiledSumCode(tiled)}
  ${storeTileCode(tiled)}
}`
  return { code, workgroups }
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
  const storeRow = (i: number) =>
    unroll(columns / 4, (j) => `put(${rowIndex(i)}, ${columnIndex(j)}, c${i}_${j}, part);`, ' ')
  const storeSum = (n: number) => {
    const [j, e] = [Math.floor(n / 4), n % 4]
    return `put_column_sum(${columnIndex(j)} + ${e}u, sum${j}[${e}], part);`
  }
  return `${unroll(rows, (i) => `if (${rowIndex(i)} < ${product.rows}u) { ${storeRow(i)} }`)}
  ${product.columnSums ? `if (m0 == 0u && down == 0u) { ${unroll(columns, storeSum)} }` : ''}`
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
