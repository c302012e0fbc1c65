// Tile sizes of the matrix products and of the fused Winograd convolution.

/** A thread computes `rows` x `columns` of C; a tile is computed by `tall` x `wide` threads. */
export interface Tiled {
  shape: 'tiled'
  rows: number
  columns: number
  tall: number
  wide: number
  /** The most numbers of each row of A that are in workgroup memory. */
  depth: number
  /**
   * Products are of float16 (gemmHalf.ts), and this many are summed before they are added in
   * float32. Default: float32 only.
   */
  half?: 1 | 4
  /** The tile is computed by subgroups with matrices (gemmMatrix.ts). Excludes `half`. */
  matrix?: MatrixUnit
}

/** Returns whether each thread multiplies and adds in float32. */
export const isPlainTile = ({ half, matrix }: Tiled): boolean => !half && !matrix

/** Matrices that a subgroup of `lanes` multiplies at once: C[M, N] += A[M, K] B[K, N]. */
export interface MatrixUnit {
  M: number
  N: number
  K: number
  /** The type of A and B. Sums are float32. */
  numbers: 'f32' | 'f16'
  lanes: number
}

/**
 * A thread computes `rows` x `columns` of C, with 4 rows if A is along rows. A workgroup has
 * `threads`, of which `lanes` exchange values.
 */
export interface Lanes {
  shape: 'lanes'
  rows: number
  columns: number
  threads: number
  lanes: number
}

export type Tile = Tiled | Lanes

/** Reductions exchange numbers within subgroups of `lanes`, or with 1 through workgroup memory. */
export interface Reductions {
  shape: 'reductions'
  lanes: number
}

/**
 * The squares and columns of a workgroup. A thread has, of one component, the products of `rows`
 * squares and `across` columns. All are powers of two.
 */
export interface WinogradTile {
  shape: 'winograd'
  squares: number
  columns: number
  rows: number
  across: number
}
