// What can be gone through in time, pictures or points: which frame is shown, and the line with a handle that tells.
import type { FilmView, ScatterView, View } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { say, setFont } from './canvas.ts'

/** From the border to where time begins and ends. */
const MARGIN = 14
const TRACK = 10
const WORDS = 15

/** A view with a frame for each `t`. */
export type Timed = (FilmView | ScatterView) & { t: Float64Array }

export const isTimed = (view: View | undefined): view is Timed =>
  (view?.kind === 'film' || view?.kind === 'scatter') && view.t !== undefined && view.t.length > 1

/** Which frame is shown where the scrubber is at `at`, from 0, the first, to 1, the last. */
export const frameAt = ({ t }: { t: Float64Array }, at: number): number =>
  Math.round(Math.min(1, Math.max(0, at)) * Math.max(0, t.length - 1))

/** Where the scrubber goes when the pointer is at `x`, in the box's units. */
export const scrubAt = (box: Box, x: number): number =>
  Math.min(1, Math.max(0, (x - box.x - MARGIN) / Math.max(1, box.width - 2 * MARGIN)))

/** What is below a picture that can be gone through in time, and how much of the box it takes. `strip`: room above the line. */
export function timeBelow(box: Box, strip = 0): { track: Box; height: number } {
  const height = strip + TRACK + WORDS + 8
  return {
    height,
    track: { x: box.x + MARGIN, y: box.y + box.height - height + 4, width: box.width - 2 * MARGIN, height: strip },
  }
}

/** The line, the handle on it and the times in words, below the strip. */
export function paintTrack(ctx: CanvasRenderingContext2D, { t }: { t: Float64Array }, index: number, track: Box, theme: Theme) {
  const y = track.y + track.height + TRACK / 2
  const share = index / (t.length - 1)
  const x = track.x + share * track.width
  ctx.lineWidth = 3
  ctx.strokeStyle = theme.grid
  line(ctx, track.x, track.x + track.width, y)
  ctx.strokeStyle = theme.series[0]!
  line(ctx, track.x, x, y)
  ctx.beginPath()
  ctx.arc(x, y, 5, 0, 2 * Math.PI)
  ctx.fillStyle = theme.series[0]!
  ctx.fill()
  ctx.lineWidth = 1.5
  ctx.strokeStyle = theme.ground
  ctx.stroke()
  words(ctx, t, index, x, { ...track, y: y + TRACK / 2 + WORDS - 4 }, theme)
}

function line(ctx: CanvasRenderingContext2D, from: number, to: number, y: number) {
  ctx.beginPath()
  ctx.moveTo(from, y)
  ctx.lineTo(to, y)
  ctx.stroke()
}

/** "t = 412" below the handle; at the ends where it began and where it leads, unless the handle is there. */
function words(
  ctx: CanvasRenderingContext2D,
  t: Float64Array,
  index: number,
  x: number,
  { x: left, y, width }: Box,
  theme: Theme,
) {
  const [from, to] = [left - MARGIN + 8, left + width + MARGIN - 8]
  setFont(ctx, 11, '600')
  const here = say(theme, timeText(t[index]!))
  const half = ctx.measureText(here).width / 2
  const middle = Math.min(to - half, Math.max(from + half, x))
  ctx.textAlign = 'center'
  ctx.fillStyle = theme.text
  ctx.fillText(here, middle, y)
  setFont(ctx, 10.5)
  ctx.fillStyle = theme.dim
  const [first, last] = [t[0]!, t[t.length - 1]!].map((time) => say(theme, timeText(time))) as [string, string]
  if (middle - half - 10 > from + ctx.measureText(first).width) {
    ctx.textAlign = 'left'
    ctx.fillText(first, from, y)
  }
  if (middle + half + 10 < to - ctx.measureText(last).width) {
    ctx.textAlign = 'right'
    ctx.fillText(last, to, y)
  }
}

/** -1 stands for clean data. */
export const timeText = (t: number) => (t === -1 ? 'clean' : `t = ${Number(t.toPrecision(6))}`)
