// Names and texts, a row each: what a node says of what it made.
import type { RowsView } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { begin, say, setFont, shorten } from './canvas.ts'

const ROW = 16
const MARGIN = 8

/** Rows that do not fit are left out, the last of those shown says how many. */
export function paintRows(ctx: CanvasRenderingContext2D, { rows }: RowsView, box: Box, theme: Theme) {
  begin(ctx, box, theme)
  const room = Math.max(1, Math.floor((box.height - MARGIN) / ROW))
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows
  const left = box.x + MARGIN
  const width = box.width - 2 * MARGIN
  setFont(ctx, 11)
  shown.forEach(([name, text], i) => {
    const base = box.y + MARGIN / 2 + (i + 1) * ROW - 4
    const named = shorten(ctx, say(theme, name), width * 0.6)
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(named, left, base)
    ctx.textAlign = 'right'
    ctx.fillStyle = theme.text
    ctx.fillText(shorten(ctx, say(theme, text), width - ctx.measureText(named).width - 8), left + width, base)
  })
  if (shown.length < rows.length) {
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(say(theme, `${rows.length - shown.length} more`), left, box.y + MARGIN / 2 + room * ROW - 4)
  }
  ctx.restore()
}
