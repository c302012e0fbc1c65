// The variant of gemm.ts with subgroup matrices (Dawn's experimental extension
// `chromium_experimental_subgroup_matrix`): a subgroup multiplies matrices of a fixed size, which its
// lanes hold together, and adds to matrices of float32. As in gemmTiled.ts, a workgroup computes a
// tile of C from tiles of A and B in workgroup memory. With matrices of float16, numbers are scaled
// as in gemmHalf.ts; where the largest magnitude grows by so much that the scale has to change, the
// sums are multiplied by the change.
import type { Program } from '../../program.ts'
import { unroll } from '../../wgsl.ts'
import type { Gemm } from './gemm.ts'
import { placeTiles, roundUp } from './gemm.ts'
import { peaksCode, raisePeaksCode } from './gemmHalf.ts'
import type { SharedTile } from './gemmShared.ts'
import {
  fourCount,
  loadCode,
  loadedRowsCode,
  loadedSourcesCode,
  readA,
  readB,
} from './gemmShared.ts'
import type { MatrixUnit, Tiled } from './tiles.ts'

interface MatrixProduct {
  product: Gemm
  unit: MatrixUnit
  threads: number
  /** Matrices of C in each subgroup, and subgroups beside each other. */
  down: number
  across: number
  subgroupsAcross: number
  /** The depth of the product, rounded up to that of the tiles. */
  fullDepth: number
  A: SharedTile
  B: SharedTile
}

/**
 * Returns how the subgroups of a workgroup divide its tile; undefined if matrices of this size do
 * not fill it.
 */
export function divideTile(
  { rows, columns, tall, wide }: Tiled,
  { M, N, lanes }: MatrixUnit,
): Pick<MatrixProduct, 'down' | 'across' | 'subgroupsAcross'> | undefined {
  const subgroups = (tall * wide) / lanes
  const subgroupsAcross = 2 ** Math.floor(Math.log2(Math.max(1, subgroups)) / 2)
  const down = (rows * tall) / M / (subgroups / subgroupsAcross)
  const across = (columns * wide) / N / subgroupsAcross
  return Number.isInteger(subgroups) && Number.isInteger(down) && Number.isInteger(across)
    ? { down, across, subgroupsAcross }
    : undefined
}

/** Throws RangeError if matrices of this size do not fill the tile. */
export function matrixGemm(product: Gemm, tile: Tiled, unit: MatrixUnit): Omit<Program, 'key'> {
  const division = divideTile(tile, unit)
  if (!division) throw new RangeError('Expected a tile that is divisible by its matrices.')
  const [height, width] = [tile.tall * tile.rows, tile.wide * tile.columns]
  const fours = roundUp(product.depth, 4)
  const depths = [32, 16, 8].filter((size) => size <= tile.depth && size % unit.K === 0)
  const depth = depths.find((size) => fours % size === 0) ?? depths.at(-1) ?? unit.K
  const matrices: MatrixProduct = {
    product,
    unit,
    threads: tile.tall * tile.wide,
    ...division,
    fullDepth: roundUp(product.depth, depth),
    A: { name: 'A', lines: height, depth, kAlong: product.aAlong === 'k' },
    B: { name: 'B', lines: width, depth, kAlong: product.bAlong === 'k' },
  }
  const { workgroups, begin } = placeTiles(product, height, width)
  const isHalf = unit.numbers === 'f16'
  const code = `${isHalf ? 'enable f16;' : ''}
enable subgroups;
enable chromium_experimental_subgroup_matrix;
${product.code}
${isHalf ? peaksCode : ''}
var<workgroup> A: array<${unit.numbers}, ${height * depth}>;
var<workgroup> B: array<${unit.numbers}, ${width * depth}>;
/** A matrix of each subgroup, as it is stored or rescaled. */
var<workgroup> C: array<f32, ${(matrices.threads / unit.lanes) * unit.M * unit.N}>;
@compute @workgroup_size(${matrices.threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  ${begin}
  let firstRow = subgroup / ${division.subgroupsAcross}u * ${division.down * unit.M}u;
  let firstColumn = subgroup % ${division.subgroupsAcross}u * ${division.across * unit.N}u;
  let slice = subgroup * ${unit.M * unit.N}u;
  ${sumCode(matrices)}
  ${storeCode(matrices)}
}`
  return { code, workgroups }
}

const forMatrices = (
  { down, across }: MatrixProduct,
  line: (i: number, j: number) => string,
): string => unroll(down, (i) => unroll(across, (j) => line(i, j), ' '))

const resultType = ({ M, N }: MatrixUnit) => `subgroup_matrix_result<f32, ${N}, ${M}>`

function sumCode(matrices: MatrixProduct): string {
  const { product, unit, threads, fullDepth, A } = matrices
  const load = unit.numbers === 'f16' ? loadHalvesCode(matrices) : loadFloatsCode(matrices)
  return `${loadedRowsCode(A, threads)}
  ${forMatrices(matrices, (i, j) => `var c${i}_${j} = ${resultType(unit)}();`)}
  ${unit.numbers === 'f16' ? 'var usedA = 0u; var usedB = 0u;' : ''}
  ${product.columnSums ? 'var columnSum = 0f;' : ''}
  let steps = step_range(part);
  for (var step = steps.x; step < steps.y; step++) {
    ${loadedSourcesCode(A, threads)}
    for (var k = 0u; k < ${fullDepth}u; k += ${A.depth}u) {
      ${load}
      workgroupBarrier();
      ${product.columnSums ? columnSumCode(matrices) : ''}
      ${multiplyCode(matrices)}
    }
  }`
}

// ---- loads

/** The fours of a tile that a thread loads, as `next<name>0` .... */
const loadCount = (shared: SharedTile, threads: number) => Math.ceil(fourCount(shared) / threads)

/** Loads the next tiles into registers. Terms beyond the depth are 0. */
function nextFoursCode({ product, threads, fullDepth, A, B }: MatrixProduct): string {
  const declare = ({ name }: SharedTile, count: number) =>
    unroll(count, (i) => `var next${name}${i} = vec4f();`, ' ')
  const isWithin = (at: string) =>
    fullDepth === roundUp(product.depth, 4) ? '' : `if (k + ${at} < ${product.depth}u) `
  const loadA = (i: number, _: string, at: string) =>
    `${isWithin(at)}{ nextA${i} = ${readA(A, i, at)}; }`
  const loadB = (i: number, line: string, at: string) =>
    `${isWithin(at)}{ nextB${i} = ${readB(line, at)}; }`
  return `${declare(A, loadCount(A, threads))} ${declare(B, loadCount(B, threads))}
      ${loadCode(A, threads, loadA)}
      ${loadCode(B, threads, loadB)}`
}

/** The distance of lines in workgroup memory, of k along a line or of lines along k. */
const lineStride = ({ lines, depth, kAlong }: SharedTile) => (kAlong ? depth : lines)

/** Stores the fours in registers, times a factor, where matrices are loaded from. */
const storeFoursCode = ({ threads, unit }: MatrixProduct, shared: SharedTile, factor = '') =>
  loadCode(shared, threads, (i, line, k) => {
    const { name, kAlong } = shared
    const [row, column] = kAlong ? [line, k] : [k, line]
    const value = `next${name}${i}${factor}`
    return `{ let at = (${row}) * ${lineStride(shared)}u + ${column};
        let four = vec4<${unit.numbers}>(${value});
        ${unroll(4, (e) => `${name}[at + ${e}u] = four[${e}];`, ' ')} }`
  })

const loadFloatsCode = (matrices: MatrixProduct) =>
  `${nextFoursCode(matrices)}
      workgroupBarrier();
      ${storeFoursCode(matrices, matrices.A)}
      ${storeFoursCode(matrices, matrices.B)}`

/** Times by which a magnitude may exceed the one that the scale is for, as an exponent. */
const HEADROOM = 8

/** All invocations find the same scales, so the sums are rescaled in uniform control flow. */
function loadHalvesCode(matrices: MatrixProduct): string {
  const { threads, A, B } = matrices
  const exceeds = (used: string, highest: string) =>
    `${used} == 0u || (${highest} >> 23u) > (${used} >> 23u) + ${HEADROOM}u`
  return `${nextFoursCode(matrices)}
      ${raisePeaksCode('nextA', loadCount(A, threads), 'nextB', loadCount(B, threads))}
      let highestA = workgroupUniformLoad(&peak_a);
      let highestB = workgroupUniformLoad(&peak_b);
      if (${exceeds('usedA', 'highestA')} || ${exceeds('usedB', 'highestB')}) {
        // While either matrix is 0, so are the sums.
        if (usedA != 0u && usedB != 0u) {
          let change = scale_for(highestA) * inverse_scale_for(usedA)
            * (scale_for(highestB) * inverse_scale_for(usedB));
          ${forMatrices(matrices, (i, j) => rescaleCode(matrices, `c${i}_${j}`))}
        }
        usedA = highestA;
        usedB = highestB;
      }
      ${storeFoursCode(matrices, A, ' * scale_for(usedA)')}
      ${storeFoursCode(matrices, B, ' * scale_for(usedB)')}`
}

const rescaleCode = ({ unit }: MatrixProduct, matrix: string) =>
  `${storeMatrix(unit, matrix)}
          workgroupBarrier();
          for (var e = lane; e < ${unit.M * unit.N}u; e += ${unit.lanes}u) { C[slice + e] *= change; }
          workgroupBarrier();
          ${matrix} = subgroupMatrixLoad<${resultType(unit)}, row_major>(&C, slice, ${unit.N}u);
          workgroupBarrier();`

const storeMatrix = ({ N }: MatrixUnit, matrix: string) =>
  `subgroupMatrixStore<row_major>(&C, slice, ${matrix}, ${N}u);`

// ---- products

/** Adds the products of the tiles, one depth of the matrices after the other. */
function multiplyCode(matrices: MatrixProduct): string {
  const { unit, down, across, A, B } = matrices
  const { M, N, K, numbers } = unit
  const load = (shared: SharedTile, type: string, line: string, isRowMajor: boolean) => {
    const stride = lineStride(shared)
    const offset = shared.kAlong ? `(${line}) * ${stride}u + q` : `q * ${stride}u + ${line}`
    const order = isRowMajor ? 'row_major' : 'col_major'
    return `subgroupMatrixLoad<${type}, ${order}>(&${shared.name}, ${offset}, ${stride}u)`
  }
  const left = (i: number) =>
    load(A, `subgroup_matrix_left<${numbers}, ${K}, ${M}>`, `firstRow + ${i * M}u`, A.kAlong)
  const right = (j: number) =>
    load(B, `subgroup_matrix_right<${numbers}, ${N}, ${K}>`, `firstColumn + ${j * N}u`, !B.kAlong)
  return `for (var q = 0u; q < ${A.depth}u; q += ${K}u) {
        ${unroll(across, (j) => `let right${j} = ${right(j)};`)}
        ${unroll(
          down,
          (i) => `let left${i} = ${left(i)};
        ${unroll(
          across,
          (j) => `c${i}_${j} = subgroupMatrixMultiplyAccumulate(left${i}, right${j}, c${i}_${j});`,
          ' ',
        )}`,
        )}
      }`
}

/** Sums a column of B, as it is in workgroup memory, for each of the first threads. */
function columnSumCode({ unit, B }: MatrixProduct): string {
  const at = B.kAlong ? `thread * ${B.depth}u + q` : `q * ${B.lines}u + thread`
  const unscale = unit.numbers === 'f16' ? 'inverse_scale_for(usedB) * ' : ''
  return `if (m0 == 0u && thread < ${B.lines}u) {
        for (var q = 0u; q < ${B.depth}u; q++) { columnSum += ${unscale}f32(B[${at}]); }
      }`
}

/** Stores the matrices of a subgroup, each through its slice of workgroup memory. */
function storeCode(matrices: MatrixProduct): string {
  const { product, unit } = matrices
  const { M, N, lanes } = unit
  const isHalf = unit.numbers === 'f16'
  const storeOne = (i: number, j: number) => `workgroupBarrier();
  ${storeMatrix(unit, `c${i}_${j}`)}
  workgroupBarrier();
  for (var q = lane; q < ${(M * N) / 4}u; q += ${lanes}u) {
    let m = m0 + firstRow + ${i * M}u + q / ${N / 4}u;
    let n = n0 + firstColumn + ${j * N}u + q % ${N / 4}u * 4u;
    let at = slice + 4u * q;
    let four = vec4f(C[at], C[at + 1u], C[at + 2u], C[at + 3u]);
    if (m < ${product.rows}u) { put(m, n, four${isHalf ? ' * unscale' : ''}, part); }
  }`
  return `${isHalf ? 'let unscale = inverse_scale_for(usedA) * inverse_scale_for(usedB);' : ''}
  ${forMatrices(matrices, storeOne)}
  ${
    product.columnSums
      ? `if (m0 == 0u && thread < ${matrices.B.lines}u) { put_column_sum(n0 + thread, columnSum, part); }`
      : ''
  }`
}
