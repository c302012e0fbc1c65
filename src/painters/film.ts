// A trajectory of images to scrub through: one large frame, with thumbnails over time and a track
// below.
import { pictureAt } from '../engine/images/pixels.ts'
import type { FilmView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting } from './frame.ts'
import { paintGrid } from './images.ts'
import type { MakeSheet } from './sheet.ts'
import { devicePixels, drawPictures, fitPixels } from './sheet.ts'
import { frameAt, isTimed, paintTrack, timeBelow } from './time.ts'

const STRIP = 26

/** @param at position in time, from 0 (first frame) to 1 (last) */
export function paintFilm(
  ctx: CanvasRenderingContext2D,
  view: FilmView,
  box: Box,
  theme: Theme,
  makeSheet: MakeSheet,
  at: number,
) {
  beginPainting(ctx, box, theme)
  const index = frameAt(view, at)
  const frame = view.frames[index]
  const scrubbed = isTimed(view) && box.height > 60
  const time = timeBelow(box, box.height > 170 && box.width > 120 ? STRIP : 0)
  const below = scrubbed ? time.height : 8
  const area = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: box.height - below - 8 }
  if (frame && area.width > 4 && area.height > 4)
    paintGrid(ctx, frame, { columns: view.columns, room: area, theme, makeSheet })
  if (scrubbed) {
    if (time.track.height) paintFilmStrip(ctx, view, time.track, makeSheet)
    paintTrack(ctx, view, index, time.track, theme)
  }
  ctx.restore()
}

/** Draws thumbnails: the first image of evenly spaced frames, each above its position in time. */
export function paintFilmStrip(
  ctx: CanvasRenderingContext2D,
  { frames }: FilmView,
  track: Box,
  makeSheet: MakeSheet,
) {
  const [first] = frames
  if (!first?.count) return
  const { scale, x: originX, y: originY } = devicePixels(ctx)
  const room = ((track.height - 4) * first.width) / first.height
  const wide = fitPixels(first.width, Math.min(room, track.width / 3) * scale)
  const high = Math.max(1, Math.round((wide * first.height) / first.width))
  const most = Math.floor((track.width * scale) / (wide + Math.max(1, scale)))
  const count = Math.min(most, frames.length)
  for (let i = 0; i < count; i++) {
    const middle = count === 1 ? 0.5 : i / (count - 1)
    const frame = frames[Math.round(middle * (frames.length - 1))]
    const x = Math.round(originX + track.x * scale + middle * (track.width * scale - wide))
    const y = Math.round(originY + (track.y + track.height - 2) * scale) - high
    drawPictures(ctx, pictureAt(frame, 0), [{ x, y, width: wide, height: high }], makeSheet)
  }
}
