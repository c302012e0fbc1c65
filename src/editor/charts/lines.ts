// Lines of a chart, and their preparation for drawing: sorting, smoothing, downsampling, alignment.
import { exponentialMean, automaticSmoothing } from '../../painters/lines.ts'

/** One line of a chart. */
export interface ChartLine {
  name: string
  x: ArrayLike<number>
  y: ArrayLike<number>
  /** Display name of its run; none for the current run. */
  run?: string
  /** Index into the theme's series colours; chosen by name and run if missing. */
  colour?: number
  /** Drawn in the background, for comparison. */
  faint?: boolean
}

/** Identifies a line while others are added and removed. */
export const lineKey = ({ name, run = '' }: ChartLine) => `${run}\n${name}`

/** Name of a line outside of a group of its run. */
export const lineLabel = ({ name, run }: ChartLine) =>
  run === undefined ? name : `${run}: ${name}`

/** Sorts a line by x. Keeps the last value at each x, and drops x that are not finite. */
export function sortByX<L extends ChartLine>(line: L): L & { x: Float64Array; y: Float64Array } {
  const { x, y } = line
  if (x instanceof Float64Array && y instanceof Float64Array && isRising(x))
    return { ...line, x, y }
  const order: number[] = []
  let sorted = true
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(x[i])) continue
    sorted &&= !order.length || x[i] > x[order[order.length - 1]]
    order.push(i)
  }
  if (!sorted) order.sort((a, b) => x[a] - x[b] || a - b)
  const unique = sorted
    ? order
    : order.filter((at, i) => i === order.length - 1 || x[order[i + 1]] !== x[at])
  return {
    ...line,
    x: Float64Array.from(unique, (i) => x[i]),
    y: Float64Array.from(unique, (i) => y[i]),
  }
}

const isRising = (x: Float64Array) =>
  x.every((at, i) => Number.isFinite(at) && (i === 0 || at > x[i - 1]))

/** Index of the first of the rising values that is not below `value`; their count if none is. */
function lowerBound(x: ArrayLike<number>, value: number): number {
  let [low, high] = [0, x.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the rising value nearest to `value`; undefined outside of their range. */
export function nearestIndex(x: ArrayLike<number>, value: number): number | undefined {
  const after = lowerBound(x, value)
  if (after === x.length || (after === 0 && x[0] !== value)) return undefined
  return after > 0 && value - x[after - 1] < x[after] - value ? after - 1 : after
}

/** Smooths a line, by default as its noise suggests; undefined if it needs no smoothing. */
export function smoothChartLine<L extends ChartLine>(
  line: L,
  smoothing = automaticSmoothing(line),
): (L & { y: Float64Array }) | undefined {
  return smoothing > 0 ? { ...line, y: exponentialMean(line.y, smoothing) } : undefined
}

/**
 * Indices of a rising line to draw between `from` and `to`: the first, least, greatest and last
 * value of each pixel column, which gives the same picture, and one value beyond either end.
 * Returns all indices if there are few.
 */
export function downsampleLine(
  { x, y }: Pick<ChartLine, 'x' | 'y'>,
  [from, to]: readonly [number, number],
  columns: number,
  log = false,
): number[] {
  const first = Math.max(0, lowerBound(x, from) - 1)
  const last = Math.min(x.length - 1, lowerBound(x, to))
  if (last - first < 4 * columns)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  const toAxisScale = log ? Math.log : (value: number) => value
  const scale = columns / (toAxisScale(to) - toAxisScale(from))
  const toColumn = (i: number) => Math.floor((toAxisScale(x[i]) - toAxisScale(from)) * scale)
  const indices: number[] = []
  for (let i = first; i <= last;) {
    const [start, column] = [i, toColumn(i)]
    let [low, high, gap] = [start, start, -1]
    for (; i <= last && toColumn(i) === column; i++) {
      if (!Number.isFinite(y[i])) gap = i
      else {
        if (!(y[i] >= y[low])) low = i
        if (!(y[i] <= y[high])) high = i
      }
    }
    const chosen = [start, low, high, i - 1, ...(gap < 0 ? [] : [gap])]
    indices.push(...[...new Set(chosen)].sort((a, b) => a - b))
  }
  return indices
}

export interface AlignedLines {
  x: Float64Array
  /** One column per line: undefined if the line has no value at x, null in a gap. */
  columns: (number | null | undefined)[][]
}

/** Aligns rising lines over the union of their x, as uPlot expects them. */
export function alignLines(lines: readonly Pick<ChartLine, 'x' | 'y'>[]): AlignedLines {
  const all = new Float64Array(lines.reduce((sum, { x }) => sum + x.length, 0))
  let filled = 0
  for (const { x } of lines) {
    all.set(x, filled)
    filled += x.length
  }
  const x = all.sort().filter((value, i) => i === 0 || value !== all[i - 1])
  const columns = lines.map((line) => {
    const column = Array<number | null | undefined>(x.length).fill(undefined)
    for (let i = 0, at = 0; i < line.x.length; i++) {
      while (x[at] !== line.x[i]) at++
      column[at] = Number.isFinite(line.y[i]) ? line.y[i] : null
    }
    return column
  })
  return { x, columns }
}

/**
 * Moves a cursor from `at` by `steps` values of any line, to the left if negative. Without `at`,
 * starts at the first value, or at the last if `steps` is negative.
 */
export function stepCursor(
  lines: readonly Pick<ChartLine, 'x'>[],
  at: number | undefined,
  steps: number,
): number | undefined {
  const pick = (value: (x: ArrayLike<number>) => number | undefined) =>
    lines.map(({ x }) => value(x)).filter((x) => x !== undefined)
  const [first, last] = [Math.min(...pick((x) => x[0])), Math.max(...pick((x) => x[x.length - 1]))]
  if (!Number.isFinite(first)) return undefined
  if (at === undefined) return steps < 0 ? last : first
  if (!Number.isFinite(steps)) return steps < 0 ? first : last
  let position = at
  for (let i = 0; i < Math.abs(steps); i++) {
    const next = pick((x) => {
      const index = lowerBound(x, position)
      return steps < 0 ? x[index - 1] : x[x[index] === position ? index + 1 : index]
    })
    if (!next.length) break
    position = steps < 0 ? Math.max(...next) : Math.min(...next)
  }
  return position
}
