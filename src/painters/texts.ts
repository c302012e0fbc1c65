// Texts in columns, letter by letter; with time: those of one frame, with the track below.
import { MASK } from '../engine/datasets/mask.ts'
import type { TextsView } from '../engine/base/view.ts'
import { beginPainting, type Box } from './frame.ts'
import { setFont, type Theme } from './theme.ts'
import { frameAt, isTimed, paintTrack, timeBelow } from './time.ts'

/** Sizes of letters, in pixels. */
const [SMALLEST, LARGEST] = [9, 18]
const MARGIN = 10

/**
 * Masked places are dim, and letters that the frame before did not have stand out. Texts that do not
 * fit are left out.
 * @param at position in time, from 0 (first frame) to 1 (last)
 */
export function paintTexts(
  ctx: CanvasRenderingContext2D,
  view: TextsView,
  box: Box,
  theme: Theme,
  at: number,
) {
  beginPainting(ctx, box, theme)
  const index = isTimed(view) ? frameAt(view, at) : 0
  const scrubbed = isTimed(view) && box.height > 60
  const time = timeBelow(box)
  const below = scrubbed ? time.height : 0
  const texts = (view.frames[index] ?? []).map((text) => [...text])
  const before = view.frames[index - 1]?.map((text) => [...text])
  const longest = view.frames.reduce(
    (most, frame) => frame.reduce((longest, text) => Math.max(longest, [...text].length), most),
    1,
  )
  const area = {
    x: box.x + MARGIN,
    y: box.y + MARGIN,
    width: box.width - 2 * MARGIN,
    height: box.height - below - 2 * MARGIN,
  }
  const { size, columns, rows } = layOutText(texts.length, longest, area)
  setFont(ctx, size, '600')
  ctx.textAlign = 'center'
  const cell = { width: area.width / columns, height: size * LINE }
  texts.slice(0, columns * rows).forEach((letters, i) => {
    const x = area.x + (i % columns) * cell.width
    const y = area.y + (Math.floor(i / columns) + 0.75) * cell.height
    letters.forEach((letter, k) => {
      const isNew = before !== undefined && before[i]?.[k] !== letter
      ctx.fillStyle = letter === MASK ? theme.grid : isNew ? theme.series[1] : theme.text
      const middle = x + (k + 0.5) * size * ADVANCE
      if (letter === MASK)
        ctx.fillRect(middle - size * 0.28, y - size * 0.55, size * 0.56, size * 0.6)
      else ctx.fillText(letter, middle, y)
    })
  })
  if (scrubbed) paintTrack(ctx, view, index, time.track, theme)
  ctx.restore()
}

/** Width of a letter's place and distance of lines, in sizes of letters. */
const [ADVANCE, LINE] = [0.72, 1.5]

/** The largest letters with which all texts fit, and the columns and rows for them. */
function layOutText(count: number, longest: number, { width, height }: Box) {
  const grid = (size: number) => ({
    size,
    columns: Math.max(1, Math.floor(width / ((longest + 1) * size * ADVANCE))),
    rows: Math.max(1, Math.floor(height / (size * LINE))),
  })
  for (let size = LARGEST; size > SMALLEST; size--) {
    const found = grid(size)
    if (found.columns * found.rows >= count) return found
  }
  return grid(SMALLEST)
}
