// Views with time, of pictures or points: the current frame, and the track with its handle.
import { viewText } from '../engine/base/viewTexts.ts'
import type { FilmView, ScatterView, TextsView, View } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { translateText, setFont } from './theme.ts'

/** Space left and right of the track. */
const MARGIN = 14
const TRACK = 10
const TEXT_HEIGHT = 15

/** A view with a frame for each `t`. */
export type Timed = (FilmView | ScatterView | TextsView) & { t: Float64Array }

export const isTimed = <V extends View>(view: V | undefined): view is V & Timed =>
  (view?.kind === 'film' || view?.kind === 'scatter' || view?.kind === 'texts') &&
  view.t !== undefined &&
  view.t.length > 1

/** Frame index for a scrub position from 0 (first) to 1 (last). */
export const frameAt = ({ t }: { t: Float64Array }, at: number): number =>
  Math.round(Math.min(1, Math.max(0, at)) * Math.max(0, t.length - 1))

/** Scrub position for a pointer at `x`, in the box's units. */
export const scrubAt = (box: Box, x: number): number =>
  Math.min(1, Math.max(0, (x - box.x - MARGIN) / Math.max(1, box.width - 2 * MARGIN)))

/**
 * The track below a picture with time, and the height of the box that it takes.
 * @param strip height of the thumbnails above the track
 */
export function timeBelow(box: Box, strip = 0): { track: Box; height: number } {
  const height = strip + TRACK + TEXT_HEIGHT + 8
  return {
    height,
    track: {
      x: box.x + MARGIN,
      y: box.y + box.height - height + 4,
      width: box.width - 2 * MARGIN,
      height: strip,
    },
  }
}

/** Draws the line with its handle, and times as texts, below the thumbnails. */
export function paintTrack(
  ctx: CanvasRenderingContext2D,
  { t }: { t: Float64Array },
  index: number,
  track: Box,
  theme: Theme,
) {
  const y = track.y + track.height + TRACK / 2
  const share = index / (t.length - 1)
  const x = track.x + share * track.width
  ctx.lineWidth = 3
  ctx.strokeStyle = theme.grid
  drawTrackLine(ctx, track.x, track.x + track.width, y)
  ctx.strokeStyle = theme.series[0]
  drawTrackLine(ctx, track.x, x, y)
  ctx.beginPath()
  ctx.arc(x, y, 5, 0, 2 * Math.PI)
  ctx.fillStyle = theme.series[0]
  ctx.fill()
  ctx.lineWidth = 1.5
  ctx.strokeStyle = theme.ground
  ctx.stroke()
  drawTimes(ctx, t, index, x, { ...track, y: y + TRACK / 2 + TEXT_HEIGHT - 4 }, theme)
}

function drawTrackLine(ctx: CanvasRenderingContext2D, from: number, to: number, y: number) {
  ctx.beginPath()
  ctx.moveTo(from, y)
  ctx.lineTo(to, y)
  ctx.stroke()
}

/** Draws "t = 412" below the handle, and the first and last time at the ends if there is room. */
function drawTimes(
  ctx: CanvasRenderingContext2D,
  t: Float64Array,
  index: number,
  x: number,
  { x: left, y, width }: Box,
  theme: Theme,
) {
  const [from, to] = [left - MARGIN + 8, left + width + MARGIN - 8]
  setFont(ctx, 11, '600')
  const here = translateText(theme, timeText(t[index]))
  const half = ctx.measureText(here).width / 2
  const middle = Math.min(to - half, Math.max(from + half, x))
  ctx.textAlign = 'center'
  ctx.fillStyle = theme.text
  ctx.fillText(here, middle, y)
  setFont(ctx, 10.5)
  ctx.fillStyle = theme.dim
  const [first, last] = [t[0], t[t.length - 1]].map((time) =>
    translateText(theme, timeText(time)),
  ) as [string, string]
  if (middle - half - 10 > from + ctx.measureText(first).width) {
    ctx.textAlign = 'left'
    ctx.fillText(first, from, y)
  }
  if (middle + half + 10 < to - ctx.measureText(last).width) {
    ctx.textAlign = 'right'
    ctx.fillText(last, to, y)
  }
}

/** t = -1 stands for clean data. */
export const timeText = (t: number) =>
  t === -1 ? viewText('clean') : `t = ${Number(t.toPrecision(6))}`
