// Line data for charts of every kind: the range to show, and smoothing of noisy lines.
import type { ChartLook } from '../engine/base/view.ts'

export interface Line {
  x: ArrayLike<number>
  y: ArrayLike<number>
}

/** Ends of both axes. */
export interface Range {
  x: [number, number]
  y: [number, number]
}

export type Ends = NonNullable<ChartLook['x']>

const FREE: Ends = [null, null]

interface Axes {
  xLog?: boolean | undefined
  yLog?: boolean | undefined
  /** Fixed ends; null leaves an end to the lines. */
  x?: Ends | undefined
  y?: Ends | undefined
}

/** Tests whether a value has a position on an axis. */
const isDrawable = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0)

/**
 * The range of a chart: all of the lines along x, and their values there with a margin along y.
 * Undefined if no value can be drawn.
 */
export function chartRange(
  lines: readonly Line[],
  { xLog = false, yLog = false, x = FREE, y = FREE }: Axes,
): Range | undefined {
  const all = lineExtremes(lines, xLog, yLog, [-Infinity, Infinity])
  if (all.x[0] > all.x[1]) return undefined
  const across = orderedEnds(x, all.x, xLog)
  // Most charts show all of their lines, which needs only one pass.
  const here =
    across[0] <= all.x[0] && across[1] >= all.x[1] ? all : lineExtremes(lines, xLog, yLog, across)
  const high = here.y[0] > here.y[1] ? all.y : here.y
  return { x: across, y: orderedEnds(y, yLog ? widenLogRange(high) : widenRange(high), yLog) }
}

function lineExtremes(
  lines: readonly Line[],
  xLog: boolean,
  yLog: boolean,
  [from, to]: readonly [number, number],
): Range {
  const xs: [number, number] = [Infinity, -Infinity]
  const ys: [number, number] = [Infinity, -Infinity]
  for (const { x, y } of lines) {
    for (let i = 0; i < y.length; i++) {
      if (!isDrawable(y[i], yLog) || !isDrawable(x[i], xLog) || x[i] < from || x[i] > to) continue
      xs[0] = Math.min(xs[0], x[i])
      xs[1] = Math.max(xs[1], x[i])
      ys[0] = Math.min(ys[0], y[i])
      ys[1] = Math.max(ys[1], y[i])
    }
  }
  return { x: xs, y: ys }
}

/**
 * Uses fixed ends where they can be drawn, and those of the lines otherwise. Always low to high.
 */
function orderedEnds(given: Ends, [low, high]: [number, number], log: boolean): [number, number] {
  const [first, last] = given.map((end) => (end !== null && isDrawable(end, log) ? end : undefined))
  const [from, to] = [first ?? low, last ?? high]
  if (from < to) return [from, to]
  if (first === undefined && last !== undefined) return log ? [last / 10, last] : [last - 1, last]
  return log ? [from, from * 10] : [from, from + 1]
}

/** Adds a margin, and starts at zero if the values come close to it. */
function widenRange([min, max]: [number, number]): [number, number] {
  if (min === max)
    return [min - Math.max(0.5, Math.abs(min) * 0.1), max + Math.max(0.5, Math.abs(max) * 0.1)]
  const air = 0.05 * (max - min)
  const low = min >= 0 && min < 0.3 * max ? 0 : min - air
  return [low, max + air]
}

function widenLogRange([min, max]: [number, number]): [number, number] {
  const air = (max / min) ** 0.05
  return min === max ? [min / 2, max * 2] : [min / air, max * air]
}

/** True if a line's total variation is much larger than its range. */
function isNoisy({ y }: Line): boolean {
  if (y.length < 60) return false
  let [way, min, max] = [0, Infinity, -Infinity]
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) continue
    min = Math.min(min, y[i])
    max = Math.max(max, y[i])
    if (i && Number.isFinite(y[i - 1])) way += Math.abs(y[i] - y[i - 1])
  }
  return way > 5 * (max - min)
}

/** Smooths noisy lines by a mean over a fiftieth of their length, and others not at all. */
export const automaticSmoothing = (line: Line): number =>
  isNoisy(line) ? 1 - 1 / Math.max(8, line.y.length / 50) : 0

/**
 * Exponential moving average with the bias correction of Adam (Kingma and Ba 2015, section 3), so
 * that the first value is unchanged. A value that is not finite gives NaN and is left out.
 *
 * @param weight weight of the mean so far against a new value, in [0, 1)
 */
export function exponentialMean(y: ArrayLike<number>, weight: number): Float64Array {
  let [mean, sum] = [0, 0]
  const means = new Float64Array(y.length).fill(NaN)
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) continue
    mean = weight * mean + (1 - weight) * y[i]
    sum = weight * sum + (1 - weight)
    means[i] = mean / sum
  }
  return means
}
