// A product of two matrices that need not be there: C[m, n] = sum over k of A[m, k] B[k, n], where a kernel says in WGSL how
// a number of A, B and C is read or written. A convolution of either direction is one (implicit GEMM).
//
// The sum goes in `steps` (the pixels of a filter, say) of `depth` numbers each (the channels), so that what is the same for
// a step is computed once for it. It has one of two shapes. With workgroup memory: a workgroup computes a tile of C from
// tiles of A and B that it shares, as GPUs like it. Across lanes: no memory and no barriers; every lane of a subgroup has
// rows of its own, reads a part of the row of B that all of them need, and gets the other parts from its neighbours. That is
// three to four times as fast on devices made of software, where each read of a lane costs more than 20 multiplications.
import type { Extents, Work } from '../choices.ts'
import { choiceFor, classOf } from '../choices.ts'
import { isSoftware, subgroupSize } from '../device.ts'
import type { Program } from '../program.ts'
import { unrolled, workgroups } from '../wgsl.ts'

export interface Gemm {
  /** The extents of C. */
  rows: number
  columns: number
  /** C is computed so many times, over other steps or of other rows: the last argument of the functions. */
  parts: number
  depth: number
  /** Along what `a_at` and `b_at` have their four numbers. Along rows, a thread has a multiple of 4 of them. */
  aAlong: 'k' | 'rows'
  bAlong: 'k' | 'columns'
  /** Whether the sums of the columns of B are wanted too. */
  columnSums?: boolean
  /** Whether the sums of a column begin with a number of its own. Across lanes only: there it costs next to nothing. */
  columnStart?: boolean
  /**
   * Bindings, and these functions:
   * - `steps_of(part: u32) -> vec2u`: from which step to before which;
   * - `row_of(m: u32, part: u32) -> Row`: what is known of a row, or of four of them; m may be beyond the rows;
   * - `place_of(row: Row, step: u32, part: u32) -> Place`: what is known of it in a step;
   * - `a_at(place: Place, k: u32) -> vec4f`: four numbers of A, 0 beyond the depth;
   * - `b_at(step: u32, k: u32, n: u32, part: u32) -> vec4f` for the tiled shape, `b_value(...) -> f32` for the other: anything
   *   finite beyond the depth and the columns;
   * - `put(m: u32, n: u32, value: vec4f, part: u32)`: takes four numbers of a row of C; some may be beyond the columns, m is
   *   not beyond the rows but for A along rows;
   * - `start_of(n: u32, part: u32) -> f32`: what the sums of a column begin with, anything finite beyond the columns;
   * - `put_sum(n: u32, value: f32, part: u32)`: the sum of a column, which may be beyond the columns.
   */
  code: string
}

/** `rows` and `columns` of C are one thread's; a tile is the `tall` x `wide` threads of a workgroup. */
export interface Tiled {
  shape: 'tiled'
  rows: number
  columns: number
  tall: number
  wide: number
  /** At most so many numbers of each row of A are in workgroup memory. */
  depth: number
}

/** A thread has `rows` x `columns` of C, 4 rows of an A along rows; `threads` of them are a workgroup; `lanes` exchange what they read. */
export interface Lanes {
  shape: 'lanes'
  rows: number
  columns: number
  threads: number
  lanes: number
}

export type Tile = Tiled | Lanes

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to

/** Tiles that GPUs like as a rule. */
export const rules: Record<'large' | 'small', Tiled> = {
  large: { shape: 'tiled', rows: 8, columns: 4, tall: 8, wide: 16, depth: 16 },
  small: { shape: 'tiled', rows: 4, columns: 4, tall: 8, wide: 8, depth: 16 },
}

/** A tile that suits the device and the size of C: as it was measured there, or by rules. */
export function tileFor(device: GPUDevice, extents: Extents, work: Work = 'product'): Tile {
  const { columns } = extents
  const across = Math.min(8, roundUp(columns, 4))
  if (isSoftware(device)) return { shape: 'lanes', rows: 4, columns: across, threads: 32, lanes: subgroupSize(device) }
  if (columns <= 16) return { shape: 'tiled', rows: 4, columns: 4, tall: 32, wide: roundUp(columns, 4) > 4 ? 4 : 1, depth: 16 }
  return choiceFor(device, work, extents)?.tile ?? rules[classOf(work, extents).startsWith('large') ? 'large' : 'small']
}

/** As it is part of a program's key. */
export const tileName = (tile: Tile): string =>
  tile.shape === 'tiled'
    ? `tile ${tile.tall}x${tile.wide} of ${tile.rows}x${tile.columns}x${tile.depth}`
    : `${tile.threads} threads of ${tile.rows}x${tile.columns} lanes ${tile.lanes}`

export const gemm = (product: Gemm, tile: Tile): Omit<Program, 'key'> =>
  tile.shape === 'tiled' ? tiled(product, tile) : acrossLanes(product, tile)

/** How many workgroups a part of C takes. */
export const tilesOf = ({ rows, columns }: Pick<Gemm, 'rows' | 'columns'>, tile: Tile): number => {
  const [tall, wide] = tile.shape === 'tiled' ? [tile.tall, tile.wide] : [tile.threads, 1]
  return Math.ceil(rows / (tall * tile.rows)) * Math.ceil(columns / (wide * tile.columns))
}

/** Which tile of C a workgroup has. Neighbours have the same rows, so that what they read of A is in a cache. */
function placement({ rows, columns, parts }: Gemm, height: number, width: number) {
  const [down, across] = [Math.ceil(rows / height), Math.ceil(columns / width)]
  const grid = workgroups(down * across * parts)
  const begin = `${grid.begin}
  let n0 = group % ${across}u * ${width}u;
  let m0 = group / ${across}u % ${down}u * ${height}u;
  let part = group / ${down * across}u;`
  return { workgroups: grid.workgroups, begin }
}

/** A thread's sums, of fours of columns: `c<row>_<four>`. */
export const accumulators = (rows: number, columns: number, start?: (j: number) => string) =>
  unrolled(rows, (i) => unrolled(columns / 4, (j) => `var c${i}_${j} = ${start?.(j) ?? 'vec4f()'};`, ' '))

/** One number of A for each row times four of B for each quad of columns. */
export const multiplyAdd = (rows: number, columns: number, a: (i: number) => string, b: (j: number) => string) =>
  unrolled(rows, (i) => unrolled(columns / 4, (j) => `c${i}_${j} = fma(vec4f(${a(i)}), ${b(j)}, c${i}_${j});`, ' '))

// ---- across lanes

function acrossLanes(product: Gemm, { rows, columns, threads, lanes }: Lanes): Omit<Program, 'key'> {
  const quads = product.aAlong === 'rows'
  const { workgroups, begin } = placement(product, threads * rows, columns)
  /** Reads of A in a turn, and how many k they are for. */
  const reads = quads ? 1 : rows
  const turn = quads ? 1 : 4
  const rowAt = (i: number) => (quads ? 'm0 + 4u * thread' : `m0 + thread + ${i * threads}u`)
  /** Reads of a row of B: a number for each lane. */
  const parts = Math.ceil(columns / lanes)
  const read = (name: string, value: (n: string) => string) =>
    unrolled(parts, (q) => `let ${name}${q} = ${value(`n0 + ${q * lanes}u + lane`)};`)
  const four = (name: string, j: number) => `vec4f(${unrolled(4, (e) => fromLane(name, 4 * j + e, lanes), ', ')})`
  const code = `${lanes > 1 ? 'enable subgroups;' : ''}
${product.code}
@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
  ${lanes > 1 ? '@builtin(subgroup_invocation_id) lane: u32,' : ''}
) {
  ${begin}
  ${lanes > 1 ? '' : 'let lane = 0u;'}
  ${unrolled(reads, (i) => `let row${i} = row_of(${rowAt(i)}, part);`)}
  ${product.columnStart ? read('start', (n) => `start_of(${n}, part)`) : ''}
  ${accumulators(rows, columns, product.columnStart ? (j) => four('start', j) : undefined)}
  ${product.columnSums ? unrolled(parts, (q) => `var sum${q} = 0f;`) : ''}
  let steps = steps_of(part);
  for (var step = steps.x; step < steps.y; step++) {
    ${unrolled(reads, (i) => `let place${i} = place_of(row${i}, step, part);`)}
    for (var k = 0u; k < ${product.depth}u; k += ${turn}u) {
      ${unrolled(reads, (i) => `let a${i} = a_at(place${i}, k);`)}
      ${unrolled(
        turn,
        (t) => `{
        ${read('b', (n) => `b_value(step, k + ${t}u, ${n}, part)`)}
        ${product.columnSums ? unrolled(parts, (q) => `sum${q} += b${q};`) : ''}
        ${unrolled(columns / 4, (j) => `let four${j} = ${four('b', j)};`)}
        ${multiplyAdd(
          rows,
          columns,
          (i) => (quads ? `a0[${i}]` : `a${i}[${t}]`),
          (j) => `four${j}`,
        )}
      }`,
      )}
    }
  }
  ${putRows(product, rows, columns, quads, threads)}
  ${product.columnSums ? `if (m0 == 0u) { ${unrolled(parts, (q) => `put_sum(n0 + ${q * lanes}u + lane, sum${q}, part);`)} }` : ''}
}`
  return { code, workgroups }
}

/** Number `n` of a row of which each lane has read one. */
function fromLane(name: string, n: number, lanes: number): string {
  const value = `${name}${Math.floor(n / lanes)}`
  return lanes === 1 ? value : `subgroupBroadcast(${value}, ${n % lanes}u)`
}

/**
 * Writes a thread's rows one after the other, in a loop that is not unrolled: each write in the code is much for a compiler of
 * a device made of software.
 */
function putRows({ rows: all }: Gemm, rows: number, columns: number, quads: boolean, threads: number): string {
  const [next, group] = quads ? [1, 4] : [threads, 1]
  const chosen = (j: number) =>
    Array.from({ length: rows - 1 }, (_, i) => i + 1).reduce((found, i) => `select(${found}, c${i}_${j}, i == ${i}u)`, `c0_${j}`)
  return `var i = 0u;
  for (var m = m0 + ${group}u * thread; m < min(m0 + ${rows * threads}u, ${all}u) && i < ${rows}u; m += ${next}u) {
    ${unrolled(columns / 4, (j) => `put(m, n0 + ${4 * j}u, ${chosen(j)}, part);`)}
    i++;
  }`
}

// ---- with workgroup memory

/** A tile in workgroup memory: `kAlong`, rows of four numbers along k, a free place after each row against bank conflicts. */
interface Shared {
  name: 'A' | 'B'
  /** Rows of A or columns of B. */
  lines: number
  depth: number
  kAlong: boolean
}

const strideOf = ({ lines, depth, kAlong }: Shared) => (kAlong ? depth / 4 + 1 : lines / 4)
const sizeOf = (shared: Shared) => strideOf(shared) * (shared.kAlong ? shared.lines : shared.depth)
/** How many fours a tile has, and how many of them lie beside each other. */
const foursOf = ({ lines, depth }: Shared) => (lines * depth) / 4
const acrossOf = ({ lines, depth, kAlong }: Shared) => (kAlong ? depth : lines) / 4

/** Calls `load(i, line, k, at)` for each four that a thread brings: its line, its k, and where in the tile it goes. */
function loads(shared: Shared, threads: number, load: (i: number, line: string, k: string, at: string) => string): string {
  const { name, lines, kAlong } = shared
  const [fours, across] = [foursOf(shared), acrossOf(shared)]
  return unrolled(Math.ceil(fours / threads), (i) => {
    const which = `(thread + ${i * threads}u)`
    const [down, along] = [`${which} / ${across}u`, `${which} % ${across}u`]
    // Columns that one thread reads after another are apart, so that threads beside each other read from all banks.
    const line = kAlong ? (name === 'B' ? `(${down}) % 4u * ${lines / 4}u + (${down}) / 4u` : down) : along
    const at = `(${line}) * ${kAlong ? strideOf(shared) : 1}u + ${kAlong ? along : `(${down}) * ${strideOf(shared)}u`}`
    const code = load(i, kAlong ? down : `4u * (${along})`, kAlong ? `4u * (${along})` : down, at)
    return fours % threads === 0 ? code : `if (${which} < ${fours}u) { ${code} }`
  })
}

function tiled(product: Gemm, tile: Tiled): Omit<Program, 'key'> {
  const { rows, columns, tall, wide } = tile
  const threads = tall * wide
  const whole = roundUp(product.depth, 4)
  const depth = [16, 8, 4].find((size) => size <= tile.depth && whole % size === 0)!
  const [height, width] = [tall * rows, wide * columns]
  const A: Shared = { name: 'A', lines: height, depth, kAlong: product.aAlong === 'k' }
  const B: Shared = { name: 'B', lines: width, depth, kAlong: product.bAlong === 'k' }
  const { workgroups, begin } = placement(product, height, width)
  const rowAt = (i: number) =>
    A.kAlong ? `m0 + down * ${rows}u + ${i}u` : `m0 + 4u * (down + ${Math.floor(i / 4) * tall}u) + ${i % 4}u`
  const columnAt = (j: number) => `n0 + 4u * (across + ${j * wide}u)`
  const sums = product.columnSums
  const code = `${product.code}
var<workgroup> A: array<vec4f, ${sizeOf(A)}>;
var<workgroup> B: array<vec4f, ${sizeOf(B)}>;
@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${begin}
  let across = thread % ${wide}u;
  let down = thread / ${wide}u;
  ${rowsOf(A, threads)}
  ${accumulators(rows, columns)}
  ${sums ? unrolled(columns / 4, (j) => `var sum${j} = vec4f();`) : ''}
  let steps = steps_of(part);
  for (var step = steps.x; step < steps.y; step++) {
    ${placesOf(A, threads)}
    for (var k = 0u; k < ${whole}u; k += ${depth}u) {
      ${loads(A, threads, (i, _, at, to) => `A[${to}] = a_at(place${A.kAlong ? i : 0}, k + ${at});`)}
      ${loads(B, threads, (_, line, at, to) => `B[${to}] = b_at(step, k + ${at}, n0 + ${line}, part);`)}
      workgroupBarrier();
      for (var q = 0u; q < ${depth / 4}u; q++) {
        ${A.kAlong ? unrolled(rows, (i) => `let a${i} = A[(down * ${rows}u + ${i}u) * ${strideOf(A)}u + q];`) : ''}
        ${B.kAlong ? unrolled(columns, (n) => `let b${n} = B[(${n % 4}u * ${width / 4}u + across + ${Math.floor(n / 4) * wide}u) * ${strideOf(B)}u + q];`) : ''}
        ${unrolled(4, (t) => oneK(product, tile, A, B, t))}
      }
      workgroupBarrier();
    }
  }
  ${unrolled(rows, (i) => `if (${rowAt(i)} < ${product.rows}u) { ${unrolled(columns / 4, (j) => `put(${rowAt(i)}, ${columnAt(j)}, c${i}_${j}, part);`, ' ')} }`)}
  ${sums ? `if (m0 == 0u && down == 0u) { ${unrolled(columns, (n) => `put_sum(${columnAt(Math.floor(n / 4))} + ${n % 4}u, sum${Math.floor(n / 4)}[${n % 4}], part);`)} }` : ''}
}`
  return { code, workgroups }
}

/** What a thread knows of the rows of A whose numbers it brings: of each, or of the four that lie beside each other. */
const rowsOf = (A: Shared, threads: number) =>
  unrolled(A.kAlong ? Math.ceil(foursOf(A) / threads) : 1, (i) => {
    const line = A.kAlong ? `(thread + ${i * threads}u) / ${acrossOf(A)}u` : `4u * (thread % ${acrossOf(A)}u)`
    return `let row${i} = row_of(m0 + ${line}, part);`
  })

const placesOf = (A: Shared, threads: number) =>
  unrolled(A.kAlong ? Math.ceil(foursOf(A) / threads) : 1, (i) => `let place${i} = place_of(row${i}, step, part);`)

/** The products of one k of the four that are in registers or come from the tiles. */
function oneK({ columnSums }: Gemm, { rows, columns, tall, wide }: Tiled, A: Shared, B: Shared, t: number): string {
  const at = (shared: Shared, place: string) => `${shared.name}[(4u * q + ${t}u) * ${strideOf(shared)}u + ${place}]`
  const fromA = A.kAlong ? '' : unrolled(rows / 4, (i) => `let a${i} = ${at(A, `down + ${i * tall}u`)};`)
  const fromB = unrolled(columns / 4, (j) =>
    B.kAlong
      ? `let four${j} = vec4f(${unrolled(4, (e) => `b${4 * j + e}[${t}]`, ', ')});`
      : `let four${j} = ${at(B, `across + ${j * wide}u`)};`,
  )
  return `{
    ${fromA}
    ${fromB}
    ${columnSums ? `if (m0 == 0u) { ${unrolled(columns / 4, (j) => `sum${j} += four${j};`)} }` : ''}
    ${multiplyAdd(
      rows,
      columns,
      (i) => (A.kAlong ? `a${i}[${t}]` : `a${Math.floor(i / 4)}[${i % 4}]`),
      (j) => `four${j}`,
    )}
  }`
}
