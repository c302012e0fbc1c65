// What of a chart is seen: its axes, zoomed and moved, and the marks on them.
import { logTicks, ticks } from '../../nodes/views/canvas.ts'
import type { Range } from '../../nodes/views/lines.ts'

/** A part of the axes that is looked at for a while; the whole axis where it is not said. */
export type Zoom = Partial<Range>

type Ends = readonly [number, number]

/** An axis with the place at `share` of it held, drawn out by a factor: above 1 shows less of it. */
export function zoomed([from, to]: Ends, share: number, factor: number, log: boolean): [number, number] {
  const [low, high] = log ? [Math.log(from), Math.log(to)] : [from, to]
  const held = low + share * (high - low)
  const ends: [number, number] = [held + (low - held) / factor, held + (high - held) / factor]
  return bounded(log ? [Math.exp(ends[0]), Math.exp(ends[1])] : ends, [from, to])
}

/** An axis moved by a share of what it shows: positive towards larger values. */
export function moved([from, to]: Ends, share: number, log: boolean): [number, number] {
  if (log) {
    const factor = (to / from) ** share
    return bounded([from * factor, to * factor], [from, to])
  }
  const way = share * (to - from)
  return bounded([from + way, to + way], [from, to])
}

/** An axis that shows a value: moved no further than it takes. */
export function showing(ends: Ends, value: number, log: boolean): [number, number] {
  const [low, high, at] = log ? [Math.log(ends[0]), Math.log(ends[1]), Math.log(value)] : [...ends, value]
  const beyond = at < low ? at - low : at > high ? at - high : 0
  return beyond ? moved(ends, beyond / (high - low), log) : [...ends]
}

/** What numbers can tell apart, and no further; otherwise as it was. */
function bounded(ends: [number, number], before: Ends): [number, number] {
  const [from, to] = ends
  const size = Math.max(Math.abs(from), Math.abs(to))
  const fine = Number.isFinite(from) && Number.isFinite(to) && to - from > Math.max(1e-9 * size, 1e-15) && size < 1e15
  return fine ? ends : [...before]
}

/** Where an axis of so many pixels is marked: as on the node. */
export const marksOf = ([from, to]: Ends, pixels: number, apart: number, log: boolean): number[] =>
  log && to / from > 3 ? logTicks(from, to) : ticks(from, to, Math.max(2, pixels / apart))

/** A place along x in words: as it is, not shortened as on an axis. */
export const placeText = (x: number): string => String(Number(x.toPrecision(7))).replace('-', '−')

/** What is typed as the end of an axis. A number that the axis has no place for is none: undefined. Nothing: null. */
export function readEnd(text: string, log: boolean): number | null | undefined {
  if (!text.trim()) return null
  const value = Number(text.trim().replace(',', '.').replace('−', '-'))
  return Number.isFinite(value) && Math.abs(value) < 1e15 && (!log || value > 0) ? value : undefined
}
