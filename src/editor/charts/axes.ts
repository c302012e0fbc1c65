// Arithmetic of chart axes: zooming, panning, ticks, and parsing of typed ends.
import { logTicks, ticks } from '../../painters/ticks.ts'
import type { Range } from '../../painters/lines.ts'

/** Zoomed ranges; a missing axis is shown in full. */
export type Zoom = Partial<Range>

type Ends = readonly [number, number]

/** Zooms an axis around a fixed point at `fraction` of it. Factors above 1 zoom in. */
export function zoomAxis(
  [from, to]: Ends,
  fraction: number,
  factor: number,
  log: boolean,
): [number, number] {
  const [low, high] = log ? [Math.log(from), Math.log(to)] : [from, to]
  const fixed = low + fraction * (high - low)
  const ends: [number, number] = [fixed + (low - fixed) / factor, fixed + (high - fixed) / factor]
  return limitPrecision(log ? [Math.exp(ends[0]), Math.exp(ends[1])] : ends, [from, to])
}

/** Pans an axis by a fraction of its length, towards larger values if positive. */
export function panAxis([from, to]: Ends, fraction: number, log: boolean): [number, number] {
  if (log) {
    const factor = (to / from) ** fraction
    return limitPrecision([from * factor, to * factor], [from, to])
  }
  const offset = fraction * (to - from)
  return limitPrecision([from + offset, to + offset], [from, to])
}

/** Pans an axis just far enough to show a value. */
export function panToShow(ends: Ends, value: number, log: boolean): [number, number] {
  const [low, high, at] = log
    ? [Math.log(ends[0]), Math.log(ends[1]), Math.log(value)]
    : [...ends, value]
  const beyond = at < low ? at - low : at > high ? at - high : 0
  return beyond ? panAxis(ends, beyond / (high - low), log) : [...ends]
}

/** Returns `before` if the new ends exceed the precision of numbers. */
function limitPrecision(ends: [number, number], before: Ends): [number, number] {
  const [from, to] = ends
  const size = Math.max(Math.abs(from), Math.abs(to))
  const fine =
    Number.isFinite(from) &&
    Number.isFinite(to) &&
    to - from > Math.max(1e-9 * size, 1e-15) &&
    size < 1e15
  return fine ? ends : [...before]
}

/** Tick positions of an axis of `pixels` length, the same as on the node. */
export const axisTicks = (
  [from, to]: Ends,
  pixels: number,
  spacing: number,
  log: boolean,
): number[] =>
  log && to / from > 3 ? logTicks(from, to) : ticks(from, to, Math.max(2, pixels / spacing))

/** A position along x in full, not shortened as on an axis. */
export const xText = (x: number): string => String(Number(x.toPrecision(7))).replace('-', '−')

/** Parses a typed axis end: null if empty, undefined if it is not a number that fits the axis. */
export function parseAxisEnd(text: string, log: boolean): number | null | undefined {
  if (!text.trim()) return null
  const value = Number(text.trim().replace(',', '.').replace('−', '-'))
  return Number.isFinite(value) && Math.abs(value) < 1e15 && (!log || value > 0) ? value : undefined
}
