// Tiles of A and B in workgroup memory for products with workgroup memory (gemmTiled.ts,
// gemmMatrix.ts): which fours a thread loads, and the data of rows that it needs for them.
import { unroll } from '../../wgsl.ts'

/**
 * A tile of A or B in workgroup memory, in fours. With `kAlong`, rows are along k, and each is
 * followed by an unused element, against bank conflicts.
 */
export interface SharedTile {
  name: 'A' | 'B'
  /** Rows of A or columns of B. */
  lines: number
  depth: number
  kAlong: boolean
}

export const sharedStride = ({ lines, depth, kAlong }: SharedTile) =>
  kAlong ? depth / 4 + 1 : lines / 4
export const sharedSize = (shared: SharedTile) =>
  sharedStride(shared) * (shared.kAlong ? shared.lines : shared.depth)
/** The number of fours in a tile, and of those that are adjacent in memory. */
export const fourCount = ({ lines, depth }: SharedTile) => (lines * depth) / 4
const adjacentFours = ({ lines, depth, kAlong }: SharedTile) => (kAlong ? depth : lines) / 4

/**
 * Calls `load(i, line, k, at)` for each four that a thread loads, with WGSL expressions of its
 * line, its k, and its index in the tile.
 */
export function loadCode(
  shared: SharedTile,
  threads: number,
  load: (i: number, line: string, k: string, at: string) => string,
): string {
  const { name, lines, kAlong } = shared
  const [fours, across] = [fourCount(shared), adjacentFours(shared)]
  return unroll(Math.ceil(fours / threads), (i) => {
    const index = `(thread + ${i * threads}u)`
    const [down, along] = [`${index} / ${across}u`, `${index} % ${across}u`]
    // Columns that one thread reads in a row are stored apart, so that neighbouring threads read
    // from all banks.
    const line = kAlong
      ? name === 'B'
        ? `(${down}) % 4u * ${lines / 4}u + (${down}) / 4u`
        : down
      : along
    const offset = kAlong ? along : `(${down}) * ${sharedStride(shared)}u`
    const at = `(${line}) * ${kAlong ? sharedStride(shared) : 1}u + ${offset}`
    const code = load(i, kAlong ? down : `4u * (${along})`, kAlong ? `4u * (${along})` : down, at)
    return fours % threads === 0 ? code : `if (${index} < ${fours}u) { ${code} }`
  })
}

/** WGSL that reads a four of A or B, from the arguments of {@link loadCode}. */
export const readA = (A: SharedTile, i: number, at: string) =>
  `a_at(source${A.kAlong ? i : 0}, k + ${at})`
export const readB = (line: string, at: string) => `b_at(step, k + ${at}, n0 + ${line}, part)`

/** The number of rows of A that a thread loads: each by itself, or four adjacent ones as one. */
const loadedRowCount = (A: SharedTile, threads: number) =>
  A.kAlong ? Math.ceil(fourCount(A) / threads) : 1

export const loadedRowsCode = (A: SharedTile, threads: number) =>
  unroll(loadedRowCount(A, threads), (i) => {
    const line = A.kAlong
      ? `(thread + ${i * threads}u) / ${adjacentFours(A)}u`
      : `4u * (thread % ${adjacentFours(A)}u)`
    return `let row${i} = row_at(m0 + ${line}, part);`
  })

export const loadedSourcesCode = (A: SharedTile, threads: number) =>
  unroll(loadedRowCount(A, threads), (i) => `let source${i} = source_at(row${i}, step, part);`)
