// Optimal assignment of the items of two batches.
import { squaredDistance } from '../base/squaredDistance.ts'

/** Passes over the rows that are still free before paths are searched; two in the paper. */
const ROW_PASSES = 2

/** The column of each row, and the total cost. */
export interface Assignment {
  columns: Int32Array
  cost: number
}

/**
 * Squared Euclidean distances `[count, count]` between all items of `a` (rows) and `b` (columns),
 * of `length` numbers each.
 */
export function squaredDistances(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  count: number,
): Float64Array {
  const length = a.length / count
  const distances = new Float64Array(count * count)
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) distances[i * count + j] = squaredDistance(a, i, b, j, length)
  return distances
}

/**
 * The assignment of rows to columns with the least total cost, for finite costs `[count, count]`,
 * by shortest augmenting paths (Jonker & Volgenant 1987). Exact, in O(count³).
 */
export function assignOptimally(costs: Float64Array, count: number): Assignment {
  const state = reduceColumns(costs, count)
  for (let pass = 0; pass < ROW_PASSES; pass++) reduceRows(costs, state)
  for (let row = 0; row < count; row++) if (state.columns[row] < 0) augment(costs, state, row)
  const { columns } = state
  const cost = columns.reduce((sum, column, row) => sum + costs[row * count + column], 0)
  return { columns, cost }
}

/**
 * A partial assignment with the prices of the columns. Each assigned column has the least reduced
 * cost, cost - price, of its row.
 */
interface Prices {
  columns: Int32Array
  rows: Int32Array
  prices: Float64Array
}

/** Sets the price of each column to its least cost, and assigns it to that row if it is free. */
function reduceColumns(costs: Float64Array, count: number): Prices {
  const columns = new Int32Array(count).fill(-1)
  const rows = new Int32Array(count).fill(-1)
  const prices = new Float64Array(count)
  for (let column = count - 1; column >= 0; column--) {
    let least = 0
    for (let row = 1; row < count; row++)
      if (costs[row * count + column] < costs[least * count + column]) least = row
    prices[column] = costs[least * count + column]
    if (columns[least] >= 0) continue
    columns[least] = column
    rows[column] = least
  }
  return { columns, rows, prices }
}

/**
 * Assigns each free row to its cheapest column, whose price falls until the second cheapest is as
 * good; a row that loses its column follows (augmenting row reduction). The number of moves is
 * limited, since rounding could repeat them for ever.
 */
function reduceRows(costs: Float64Array, { columns, rows, prices }: Prices) {
  const free = Array.from(columns.keys()).filter((row) => columns[row] < 0)
  for (let moves = 4 * columns.length; moves > 0 && free.length > 0; moves--) {
    const row = free.pop() ?? 0
    const { column, second, gap } = findCheapest(costs, prices, row)
    prices[column] -= gap
    const taken = gap === 0 && rows[column] >= 0 ? second : column
    const loser = rows[taken]
    rows[taken] = row
    columns[row] = taken
    if (loser < 0) continue
    columns[loser] = -1
    // Without a change of prices the rows would only take turns.
    if (gap > 0) free.push(loser)
  }
}

/** The two columns with the least reduced costs in a row, and the difference of these. */
function findCheapest(
  costs: Float64Array,
  prices: Float64Array,
  row: number,
): { column: number; second: number; gap: number } {
  const count = prices.length
  let [column, second, least, next] = [0, 0, Infinity, Infinity]
  for (let j = 0; j < count; j++) {
    const reduced = costs[row * count + j] - prices[j]
    if (reduced >= next) continue
    if (reduced < least) {
      ;[second, next, column, least] = [column, least, j, reduced]
    } else {
      ;[second, next] = [j, reduced]
    }
  }
  return { column, second, gap: count > 1 ? next - least : 0 }
}

/**
 * Assigns one more row along the shortest alternating path to a free column (Dijkstra), and lowers
 * the prices so that all assigned columns stay optimal.
 */
function augment(costs: Float64Array, { columns, rows, prices }: Prices, start: number) {
  const count = columns.length
  const lengths = new Float64Array(count)
  const before = new Int32Array(count).fill(start)
  for (let j = 0; j < count; j++) lengths[j] = costs[start * count + j] - prices[j]
  const open = Int32Array.from({ length: count }, (_, j) => j)
  const closed: number[] = []
  let last: number
  for (;;) {
    last = takeNearest(open, count - closed.length, lengths)
    if (rows[last] < 0) break
    closed.push(last)
    relax(
      costs,
      prices,
      { row: rows[last], column: last, open, lengths, before },
      count - closed.length,
    )
  }
  for (const column of closed) prices[column] += lengths[column] - lengths[last]
  for (let column = last; ;) {
    const row = before[column]
    const next = columns[row]
    rows[column] = row
    columns[row] = column
    if (row === start) return
    column = next
  }
}

/** Moves the open column with the shortest path behind the other open ones, and returns it. */
function takeNearest(open: Int32Array, count: number, lengths: Float64Array): number {
  let nearest = 0
  for (let k = 1; k < count; k++) {
    const difference = lengths[open[k]] - lengths[open[nearest]]
    if (difference < 0 || (difference === 0 && open[k] < open[nearest])) nearest = k
  }
  const column = open[nearest]
  open[nearest] = open[count - 1]
  open[count - 1] = column
  return column
}

interface Relaxation {
  /** The row of the column that was closed last. */
  row: number
  column: number
  open: Int32Array
  lengths: Float64Array
  before: Int32Array
}

/** Shortens the paths to open columns that are nearer through a row. */
function relax(
  costs: Float64Array,
  prices: Float64Array,
  { row, column, open, lengths, before }: Relaxation,
  count: number,
) {
  const offset = row * prices.length
  const base = lengths[column] - (costs[offset + column] - prices[column])
  for (let k = 0; k < count; k++) {
    const j = open[k]
    const length = base + costs[offset + j] - prices[j]
    if (length >= lengths[j]) continue
    lengths[j] = length
    before[j] = row
  }
}
