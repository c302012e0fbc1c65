// Lines as the chart component takes them, and what is done to them before they are drawn.
import { smoothed, usualSmoothing } from '../../nodes/views/lines.ts'

/** One line of a chart. */
export interface ChartLine {
  name: string
  x: ArrayLike<number>
  y: ArrayLike<number>
  /** The run that it belongs to, by the name that people read; none for what runs now. */
  run?: string
  /** Its place in the theme's row of colours; by its name and run where it is not said. */
  colour?: number
  /** Drawn as what others are compared with. */
  faint?: boolean
}

/** By what a line is known while others come and go. */
export const keyOf = ({ name, run = '' }: ChartLine) => `${run}\n${name}`

/** What a line is called where its run does not stand beside it. */
export const labelOf = ({ name, run }: ChartLine) => (run === undefined ? name : `${run}: ${name}`)

/** The same line from small x to large, each x once (the last value counts), without places that are no numbers. */
export function ascending<L extends ChartLine>(line: L): L & { x: Float64Array; y: Float64Array } {
  const { x, y } = line
  if (x instanceof Float64Array && y instanceof Float64Array && rises(x)) return { ...line, x, y }
  const order: number[] = []
  let sorted = true
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(x[i]!)) continue
    sorted &&= !order.length || x[i]! > x[order.at(-1)!]!
    order.push(i)
  }
  if (!sorted) order.sort((a, b) => x[a]! - x[b]! || a - b)
  const once = sorted ? order : order.filter((at, i) => i === order.length - 1 || x[order[i + 1]!] !== x[at])
  return { ...line, x: Float64Array.from(once, (i) => x[i]!), y: Float64Array.from(once, (i) => y[i]!) }
}

const rises = (x: Float64Array) => x.every((at, i) => Number.isFinite(at) && (i === 0 || at > x[i - 1]!))

/** The first place whose value is not below `value`, of values that rise; their count if there is none. */
function placeOf(x: ArrayLike<number>, value: number): number {
  let [low, high] = [0, x.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The place nearest to a value, of values that rise; undefined outside of them. */
export function nearest(x: ArrayLike<number>, value: number): number | undefined {
  const after = placeOf(x, value)
  if (after === x.length || (after === 0 && x[0] !== value)) return undefined
  return after > 0 && value - x[after - 1]! < x[after]! - value ? after - 1 : after
}

/** A line smoothed by a weight, or as is usual for it; undefined where it is to stay as it is. */
export function meanOf<L extends ChartLine>(line: L, smoothing = usualSmoothing(line)): (L & { y: Float64Array }) | undefined {
  return smoothing > 0 ? { ...line, y: smoothed(line.y, smoothing) } : undefined
}

/**
 * Where a rising line is drawn between `from` and `to`: of the values in each of equal columns the first, least, greatest and
 * last, which makes the same picture, and one value beyond either end. All of them where they are few.
 */
export function thinned(
  { x, y }: Pick<ChartLine, 'x' | 'y'>,
  [from, to]: readonly [number, number],
  columns: number,
  log = false,
): number[] {
  const first = Math.max(0, placeOf(x, from) - 1)
  const last = Math.min(x.length - 1, placeOf(x, to))
  if (last - first < 4 * columns) return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  const along = log ? Math.log : (value: number) => value
  const scale = columns / (along(to) - along(from))
  const columnOf = (i: number) => Math.floor((along(x[i]!) - along(from)) * scale)
  const kept: number[] = []
  for (let i = first; i <= last;) {
    const [start, column] = [i, columnOf(i)]
    let [low, high, gap] = [start, start, -1]
    for (; i <= last && columnOf(i) === column; i++) {
      if (!Number.isFinite(y[i]!)) gap = i
      else {
        if (!(y[i]! >= y[low]!)) low = i
        if (!(y[i]! <= y[high]!)) high = i
      }
    }
    const these = [start, low, high, i - 1, ...(gap < 0 ? [] : [gap])]
    kept.push(...[...new Set(these)].sort((a, b) => a - b))
  }
  return kept
}

export interface Table {
  x: Float64Array
  /** A column a line: undefined where the line has no value at x, null where it has a gap. */
  columns: (number | null | undefined)[][]
}

/** Rising lines over the x of all of them together. */
export function together(lines: readonly Pick<ChartLine, 'x' | 'y'>[]): Table {
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
      column[at] = Number.isFinite(line.y[i]!) ? line.y[i]! : null
    }
    return column
  })
  return { x, columns }
}

/** The place of a cursor that was at `at`, `steps` values further to the right (or left, if negative); the first of all at first. */
export function stepped(lines: readonly Pick<ChartLine, 'x'>[], at: number | undefined, steps: number): number | undefined {
  const ends = (end: (x: ArrayLike<number>) => number | undefined) =>
    lines.map(({ x }) => end(x)).filter((value) => value !== undefined)
  const [first, last] = [Math.min(...ends((x) => x[0])), Math.max(...ends((x) => x[x.length - 1]))]
  if (!Number.isFinite(first)) return undefined
  if (at === undefined) return steps < 0 ? last : first
  if (!Number.isFinite(steps)) return steps < 0 ? first : last
  let now = at
  for (let i = 0; i < Math.abs(steps); i++) {
    const next = ends((x) => {
      const place = placeOf(x, now)
      return steps < 0 ? x[place - 1] : x[x[place] === now ? place + 1 : place]
    })
    if (!next.length) break
    now = steps < 0 ? Math.max(...next) : Math.min(...next)
  }
  return now
}
