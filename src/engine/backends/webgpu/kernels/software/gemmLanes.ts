// The lanes variant of gemm.ts: without workgroup memory, lanes of a subgroup exchange what they
// load.
import type { Program } from '../../program.ts'
import { unroll } from '../../wgsl.ts'
import type { Gemm } from '../gemm/gemm.ts'
import { accumulatorsCode, multiplyAddCode, placeTiles } from '../gemm/gemm.ts'
import type { Lanes } from '../gemm/tiles.ts'

export function lanesGemm(product: Gemm, tile: Lanes): Omit<Program, 'key'> {
  const { threads, lanes } = tile
  const { workgroups, begin } = placeTiles(product, threads * tile.rows, tile.columns)
  const code = `${lanes > 1 ? 'enable subgroups;' : ''}
${product.code}
@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
  ${lanes > 1 ? '@builtin(subgroup_invocation_id) lane: u32,' : ''}
) {
  ${begin}
  ${lanes > 1 ? '' : 'let lane = 0u;'}
  ${lanesSumCode(product, tile)}
  ${storeRowsCode(product, tile)}
  ${product.columnSums ? `if (m0 == 0u) { ${columnSumsCode(tile)} }` : ''}
}`
  return { code, workgroups }
}

/** Returns whether a thread has four rows that `a_at` reads together. */
const readsFourRows = ({ aAlong }: Gemm) => aAlong === 'rows'

/** The number of elements of a row of B that each lane loads. */
const loadsOfRow = ({ columns, lanes }: Lanes) => Math.ceil(columns / lanes)

/** Loads a value for each column: `<name>0` ... of a lane. */
const loadRowCode = (tile: Lanes, name: string, value: (n: string) => string) =>
  unroll(loadsOfRow(tile), (q) => `let ${name}${q} = ${value(`n0 + ${q * tile.lanes}u + lane`)};`)

/** Four columns of a loaded row. */
const fourColumns = (name: string, j: number, lanes: number) =>
  `vec4f(${unroll(4, (e) => broadcast(name, 4 * j + e, lanes), ', ')})`

/** Column `n` of a row of which each lane has loaded a part. */
function broadcast(name: string, n: number, lanes: number): string {
  const value = `${name}${Math.floor(n / lanes)}`
  return lanes === 1 ? value : `subgroupBroadcast(${value}, ${n % lanes}u)`
}

function lanesSumCode(product: Gemm, tile: Lanes): string {
  const { rows, columns, threads, lanes } = tile
  const fourRows = readsFourRows(product)
  /** Reads of A at a time, and the number of terms they are for. */
  const [reads, terms] = fourRows ? [1, 1] : [rows, 4]
  const rowIndex = (i: number) => (fourRows ? 'm0 + 4u * thread' : `m0 + thread + ${i * threads}u`)
  const start = product.columnStart ? (j: number) => fourColumns('start', j, lanes) : undefined
  const addTerm = (t: number) => `{
        ${loadRowCode(tile, 'b', (n) => `b_value(step, k + ${t}u, ${n}, part)`)}
        ${product.columnSums ? unroll(loadsOfRow(tile), (q) => `sum${q} += b${q};`) : ''}
        ${unroll(columns / 4, (j) => `let four${j} = ${fourColumns('b', j, lanes)};`)}
        ${multiplyAddCode(
          rows,
          columns,
          (i) => (fourRows ? `a0[${i}]` : `a${i}[${t}]`),
          (j) => `four${j}`,
        )}
      }`
  return `${unroll(reads, (i) => `let row${i} = row_at(${rowIndex(i)}, part);`)}
  ${start ? loadRowCode(tile, 'start', (n) => `initial_sum(${n}, part)`) : ''}
  ${accumulatorsCode(rows, columns, start)}
  ${product.columnSums ? unroll(loadsOfRow(tile), (q) => `var sum${q} = 0f;`) : ''}
  let steps = step_range(part);
  for (var step = steps.x; step < steps.y; step++) {
    ${unroll(reads, (i) => `let source${i} = source_at(row${i}, step, part);`)}
    for (var k = 0u; k < ${product.depth}u; k += ${terms}u) {
      ${unroll(reads, (i) => `let a${i} = a_at(source${i}, k);`)}
      ${unroll(terms, addTerm)}
    }
  }`
}

/**
 * Stores the rows of a thread in a loop that is not unrolled: the compiler of a software device
 * takes long for each store in the code.
 */
function storeRowsCode(product: Gemm, { rows, columns, threads }: Lanes): string {
  const [next, group] = readsFourRows(product) ? [1, 4] : [threads, 1]
  const selectRow = (j: number) =>
    Array.from({ length: rows - 1 }, (_, i) => i + 1).reduce(
      (found, i) => `select(${found}, c${i}_${j}, i == ${i}u)`,
      `c0_${j}`,
    )
  const end = `min(m0 + ${rows * threads}u, ${product.rows}u)`
  return `var i = 0u;
  for (var m = m0 + ${group}u * thread; m < ${end} && i < ${rows}u; m += ${next}u) {
    ${unroll(columns / 4, (j) => `put(m, n0 + ${4 * j}u, ${selectRow(j)}, part);`)}
    i++;
  }`
}

const columnSumsCode = (tile: Lanes) =>
  unroll(loadsOfRow(tile), (q) => `put_column_sum(n0 + ${q * tile.lanes}u + lane, sum${q}, part);`)
