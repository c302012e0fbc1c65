// Line of a chart that grows while a loop runs, within a bound. Long lines keep the extremes of equal
// spans, which give the same picture.
import type { Series } from './op.ts'

type Line = Pick<Series, 'x' | 'y'>

/** Maximum number of points. */
export const MAX_POINTS = 2048
/** Stored points of which two remain when a line becomes too long. */
const GROUP = 4

/**
 * Points with monotonic x. Up to {@link MAX_POINTS} all are stored; beyond it, the lowest and the
 * highest of each span, and the last point. Points that are left out never return, so a longer
 * version of a line has no other points in the range of a shorter one.
 */
export class LineLog {
  private x: number[] = []
  private y: number[] = []
  private last: readonly [x: number, y: number] | undefined
  /** Appended points per span. A span stores at most two. */
  private span = 1
  /** Appended points of the last span so far. */
  private inSpan = 0

  /**
   * Appends a point. A value at an earlier position replaces everything after it, because the loop
   * began again or continued from an earlier state.
   */
  append(x: number, y: number) {
    this.removeFrom(x)
    if (this.inSpan === this.span) this.inSpan = 0
    if (this.inSpan === 0 && this.x.length + Math.min(2, this.span) > MAX_POINTS) this.thin()
    this.x.push(x)
    this.y.push(y)
    this.last = [x, y]
    this.inSpan++
    if (this.inSpan > 2) this.keepOnly(findExtremes(this.y, this.y.length - 3, this.y.length))
  }

  series(): { x: Float64Array; y: Float64Array } {
    const { last } = this
    const isMissing = last !== undefined && this.x.at(-1) !== last[0]
    return {
      x: Float64Array.from(isMissing ? [...this.x, last[0]] : this.x),
      y: Float64Array.from(isMissing ? [...this.y, last[1]] : this.y),
    }
  }

  private removeFrom(x: number) {
    if (this.last === undefined || !this.isReached(this.last[0], x)) return
    while (this.x.length && this.isReached(this.x[this.x.length - 1], x)) {
      this.x.pop()
      this.y.pop()
    }
    this.inSpan = 0
  }

  private isReached(at: number, x: number): boolean {
    if (this.x.length < 2) return at === x
    return this.x[0] < this.x[1] ? at >= x : at <= x
  }

  private thin() {
    // The first point always stays.
    const kept = [0]
    for (let from = 1; from < this.y.length; from += GROUP)
      kept.push(...findExtremes(this.y, from, Math.min(from + GROUP, this.y.length)))
    this.x = kept.map((i) => this.x[i])
    this.y = kept.map((i) => this.y[i])
    this.span = this.span === 1 ? GROUP : 2 * this.span
  }

  /** Replaces the last three points by two of them. */
  private keepOnly(indices: readonly number[]) {
    const points = indices.map((i) => [this.x[i], this.y[i]] as const)
    this.x.length -= 3
    this.y.length -= 3
    for (const [x, y] of points) {
      this.x.push(x)
      this.y.push(y)
    }
  }
}

/** Returns a line with at most {@link MAX_POINTS} points, and the last one; see {@link LineLog}. */
export function boundLine<L extends Line>(line: L): L {
  if (line.x.length <= MAX_POINTS) return line
  const log = new LineLog()
  for (let i = 0; i < line.x.length; i++) log.append(line.x[i], line.y[i])
  return { ...line, ...log.series() }
}

/**
 * Returns true if a line has the values of an earlier one, possibly with more after them. Both may
 * leave out points: the points of the sparser one in their common range must be in the other.
 */
export function continuesLine(before: Line, line: Line): boolean {
  const [end, last] = [before.x.at(-1), line.x.at(-1)]
  if (end === undefined || last === undefined) return end === undefined
  const rises = before.x.length > 1 ? end > before.x[0] : last >= line.x[0]
  const isWithin = (x: number) => (rises ? x <= end : x >= end)
  // The first point always stays.
  if (before.x[0] !== line.x[0] || !Object.is(before.y[0], line.y[0])) return false
  if (isWithin(last) && last !== end) return false
  const common = toPoints(line).filter(([x]) => isWithin(x))
  const earlier = toPoints(before)
  const [few, many] = common.length < earlier.length ? [common, earlier] : [earlier, common]
  const known = new Map(many)
  return few.every(([x, y]) => known.has(x) && Object.is(known.get(x), y))
}

const toPoints = ({ x, y }: Line) => Array.from(x, (at, i) => [at, y[i]] as const)

/** Indices of the lowest and the highest value in a range, in order. NaN counts as the highest. */
function findExtremes(y: readonly number[], from: number, to: number): number[] {
  if (to - from <= 2) return Array.from({ length: to - from }, (_, i) => from + i)
  let [low, high] = [from, from]
  for (let i = from + 1; i < to; i++) {
    if (y[i] < y[low] || (Number.isNaN(y[low]) && !Number.isNaN(y[i]))) low = i
    if (!(y[i] < y[high]) && !Number.isNaN(y[high])) high = i
  }
  return low < high ? [low, high] : [high, low]
}
