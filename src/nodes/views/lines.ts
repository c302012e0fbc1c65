// What charts know of their lines, wherever they are drawn: the range they need, and the mean over noisy ones.
import type { ChartLook } from '../../engine/plan/view.ts'

export interface Line {
  x: ArrayLike<number>
  y: ArrayLike<number>
}

/** The ends of both axes. */
export interface Range {
  x: [number, number]
  y: [number, number]
}

export type Ends = NonNullable<ChartLook['x']>

const FREE: Ends = [null, null]

interface Axes {
  xLog?: boolean | undefined
  yLog?: boolean | undefined
  /** Ends that are given; the lines say the others. */
  x?: Ends | undefined
  y?: Ends | undefined
}

/** Whether an axis has a place for a value. */
const shown = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0)

/**
 * What the axes of a chart show: along x all of the lines, up and down what they do there, with some air. Undefined where no
 * value can be shown.
 */
export function rangeOf(lines: readonly Line[], { xLog = false, yLog = false, x = FREE, y = FREE }: Axes): Range | undefined {
  const all = extremes(lines, xLog, yLog, [-Infinity, Infinity])
  if (all.x[0] > all.x[1]) return undefined
  const across = ordered(x, all.x, xLog)
  // Most charts show all of their lines: one walk along them is enough.
  const here = across[0] <= all.x[0] && across[1] >= all.x[1] ? all : extremes(lines, xLog, yLog, across)
  const high = here.y[0] > here.y[1] ? all.y : here.y
  return { x: across, y: ordered(y, yLog ? widenLog(high) : widen(high), yLog) }
}

function extremes(lines: readonly Line[], xLog: boolean, yLog: boolean, [from, to]: readonly [number, number]): Range {
  const xs: [number, number] = [Infinity, -Infinity]
  const ys: [number, number] = [Infinity, -Infinity]
  for (const { x, y } of lines) {
    for (let i = 0; i < y.length; i++) {
      if (!shown(y[i]!, yLog) || !shown(x[i]!, xLog) || x[i]! < from || x[i]! > to) continue
      xs[0] = Math.min(xs[0], x[i]!)
      xs[1] = Math.max(xs[1], x[i]!)
      ys[0] = Math.min(ys[0], y[i]!)
      ys[1] = Math.max(ys[1], y[i]!)
    }
  }
  return { x: xs, y: ys }
}

/** The ends that are given, where the axis has a place for them, and the others from the lines: never the wrong way round. */
function ordered(given: Ends, [low, high]: [number, number], log: boolean): [number, number] {
  const [first, last] = given.map((end) => (end !== null && shown(end, log) ? end : undefined))
  const [from, to] = [first ?? low, last ?? high]
  if (from < to) return [from, to]
  if (first === undefined && last !== undefined) return log ? [last / 10, last] : [last - 1, last]
  return log ? [from, from * 10] : [from, from + 1]
}

/** A little air; and from zero, where the values come near it. */
function widen([min, max]: [number, number]): [number, number] {
  if (min === max) return [min - Math.max(0.5, Math.abs(min) * 0.1), max + Math.max(0.5, Math.abs(max) * 0.1)]
  const air = 0.05 * (max - min)
  const low = min >= 0 && min < 0.3 * max ? 0 : min - air
  return [low, max + air]
}

function widenLog([min, max]: [number, number]): [number, number] {
  const air = (max / min) ** 0.05
  return min === max ? [min / 2, max * 2] : [min / air, max * air]
}

/** It goes up and down much more than it gets anywhere. */
function isNoisy({ y }: Line): boolean {
  if (y.length < 60) return false
  let [way, min, max] = [0, Infinity, -Infinity]
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i]!)) continue
    min = Math.min(min, y[i]!)
    max = Math.max(max, y[i]!)
    if (i && Number.isFinite(y[i - 1]!)) way += Math.abs(y[i]! - y[i - 1]!)
  }
  return way > 5 * (max - min)
}

/** How much a line is smoothed unless it is said: noisy ones by a mean over a fiftieth of their length, others not at all. */
export const usualSmoothing = (line: Line): number => (isNoisy(line) ? 1 - 1 / Math.max(8, line.y.length / 50) : 0)

/**
 * The exponential mean along a line, corrected for its start as Adam does (Kingma and Ba 2015, section 3): the first value is
 * itself, whatever the weight. What is no number stays NaN and leaves the mean alone.
 *
 * @param weight of the mean so far against a new value, in [0, 1)
 */
export function smoothed(y: ArrayLike<number>, weight: number): Float64Array {
  let [mean, sum] = [0, 0]
  const means = new Float64Array(y.length).fill(NaN)
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i]!)) continue
    mean = weight * mean + (1 - weight) * y[i]!
    sum = weight * sum + (1 - weight)
    means[i] = mean / sum
  }
  return means
}
