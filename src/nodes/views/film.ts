// A trajectory that can be scrubbed: one frame large, below it small ones over time, and where among them it is.
import { pictureAt } from '../../engine/pictures.ts'
import type { FilmView } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { begin, say, setFont } from './canvas.ts'
import { paintGrid } from './images.ts'
import type { MakeSheet } from './sheet.ts'
import { deviceOf, drawPictures, fitted } from './sheet.ts'

/** From the border to where time begins and ends. */
const MARGIN = 14
const TRACK = 10
const WORDS = 15
const STRIP = 26

/** Which frame is shown where the scrubber is at `at`, from 0 to 1. */
export const frameAt = ({ frames }: FilmView, at: number): number =>
  Math.round(Math.min(1, Math.max(0, at)) * Math.max(0, frames.length - 1))

/** Where the scrubber goes when the pointer is at `x`, in the box's units. */
export const scrubAt = (box: Box, x: number): number =>
  Math.min(1, Math.max(0, (x - box.x - MARGIN) / Math.max(1, box.width - 2 * MARGIN)))

/** `at` runs from 0, the first frame, to 1, the last. */
export function paintFilm(
  ctx: CanvasRenderingContext2D,
  view: FilmView,
  box: Box,
  theme: Theme,
  makeSheet: MakeSheet,
  at: number,
) {
  begin(ctx, box, theme)
  const index = frameAt(view, at)
  const frame = view.frames[index]
  const scrubbed = view.frames.length > 1 && box.height > 60
  const strip = scrubbed && box.height > 170 && box.width > 120 ? STRIP : 0
  const below = scrubbed ? strip + TRACK + WORDS + 8 : 8
  const area = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: box.height - below - 8 }
  if (frame && area.width > 4 && area.height > 4) paintGrid(ctx, frame, view.columns, area, theme, makeSheet)
  if (scrubbed) {
    const track = { x: box.x + MARGIN, y: box.y + box.height - below + 4, width: box.width - 2 * MARGIN, height: strip }
    if (strip) paintStrip(ctx, view, track, makeSheet)
    paintTrack(ctx, view, index, track, theme)
  }
  ctx.restore()
}

/** The first image of frames all along the way, each above its place in time. */
export function paintStrip(ctx: CanvasRenderingContext2D, { frames }: FilmView, track: Box, makeSheet: MakeSheet) {
  const [first] = frames
  if (!first?.count) return
  const { scale, x: originX, y: originY } = deviceOf(ctx)
  const room = ((track.height - 4) * first.width) / first.height
  const wide = fitted(first.width, Math.min(room, track.width / 3) * scale)
  const high = Math.max(1, Math.round((wide * first.height) / first.width))
  const most = Math.floor((track.width * scale) / (wide + Math.max(1, scale)))
  const count = Math.min(most, frames.length)
  for (let i = 0; i < count; i++) {
    const middle = count === 1 ? 0.5 : i / (count - 1)
    const frame = frames[Math.round(middle * (frames.length - 1))]!
    const x = Math.round(originX + track.x * scale + middle * (track.width * scale - wide))
    const y = Math.round(originY + (track.y + track.height - 2) * scale) - high
    drawPictures(ctx, pictureAt(frame, 0), [{ x, y, width: wide, height: high }], makeSheet)
  }
}

function paintTrack(ctx: CanvasRenderingContext2D, { frames, t }: FilmView, index: number, track: Box, theme: Theme) {
  const y = track.y + track.height + TRACK / 2
  const share = index / (frames.length - 1)
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
