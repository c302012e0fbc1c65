// A trajectory of images that can be scrubbed: one frame large, below it small ones over time, and where among them it is.
import { pictureAt } from '../../engine/pictures.ts'
import type { FilmView } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { begin } from './canvas.ts'
import { paintGrid } from './images.ts'
import type { MakeSheet } from './sheet.ts'
import { deviceOf, drawPictures, fitted } from './sheet.ts'
import { frameAt, isTimed, paintTrack, timeBelow } from './time.ts'

const STRIP = 26

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
  const scrubbed = isTimed(view) && box.height > 60
  const time = timeBelow(box, box.height > 170 && box.width > 120 ? STRIP : 0)
  const below = scrubbed ? time.height : 8
  const area = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: box.height - below - 8 }
  if (frame && area.width > 4 && area.height > 4) paintGrid(ctx, frame, view.columns, area, theme, makeSheet)
  if (scrubbed) {
    if (time.track.height) paintStrip(ctx, view, time.track, makeSheet)
    paintTrack(ctx, view, index, time.track, theme)
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
