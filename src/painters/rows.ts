// A table of names and texts: what a node reports about its result.
import { viewText } from '../engine/base/viewTexts.ts'
import type { RowsView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting, fitLabel } from './frame.ts'
import { translateText, setFont } from './theme.ts'

const ROW = 16
const MARGIN = 8

/** Leaves out rows that do not fit; the last line then shows how many. */
export function paintRows(
  ctx: CanvasRenderingContext2D,
  { rows, bars }: RowsView,
  box: Box,
  theme: Theme,
) {
  beginPainting(ctx, box, theme)
  const room = Math.max(1, Math.floor((box.height - MARGIN) / ROW))
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows
  const left = box.x + MARGIN
  const width = box.width - 2 * MARGIN
  setFont(ctx, 11)
  shown.forEach(([name, text], i) => {
    const base = box.y + MARGIN / 2 + (i + 1) * ROW - 4
    if (bars?.[i]) {
      ctx.globalAlpha = 0.25
      ctx.fillStyle = theme.series[0]
      ctx.fillRect(left, base - ROW + 5, width * bars[i], ROW - 2)
      ctx.globalAlpha = 1
    }
    const named = fitLabel(ctx, translateText(theme, name), text ? width * 0.6 : width)
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(named, left, base)
    ctx.textAlign = 'right'
    ctx.fillStyle = theme.text
    ctx.fillText(
      fitLabel(ctx, translateText(theme, text), width - ctx.measureText(named).width - 8),
      left + width,
      base,
    )
  })
  if (shown.length < rows.length) {
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(
      translateText(theme, viewText('more', rows.length - shown.length)),
      left,
      box.y + MARGIN / 2 + room * ROW - 4,
    )
  }
  ctx.restore()
}
