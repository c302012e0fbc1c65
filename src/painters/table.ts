// A table: names in the first column, numbers and words in the others.
import { viewText } from '../engine/base/viewTexts.ts'
import type { TableView } from '../engine/base/view.ts'
import { cutText, MAX_LABEL } from './cutText.ts'
import { beginPainting, crisp, fitLabel, type Box } from './frame.ts'
import { setFont, translateText, type Theme } from './theme.ts'

const ROW = 16
const MARGIN = 8
const GAP = 12

/** Share of the width that names have at least, if they need it. */
const NAMES = 0.3

/** Leaves out rows that do not fit; the last line then shows how many. */
export function paintTableView(
  ctx: CanvasRenderingContext2D,
  { columns, rows }: TableView,
  box: Box,
  theme: Theme,
) {
  beginPainting(ctx, box, theme)
  const room = Math.max(1, Math.floor((box.height - MARGIN) / ROW) - 1)
  const translate = (cells: readonly string[]) => cells.map((cell) => translateText(theme, cell))
  const shown = (rows.length > room ? rows.slice(0, room - 1) : rows).map(translate)
  const head = translate(columns)
  const left = box.x + MARGIN
  const lineAt = (i: number) => box.y + MARGIN / 2 + (i + 1) * ROW - 4
  setFont(ctx, 11)
  const widths = fitColumns(ctx, [head, ...shown], box.width - 2 * MARGIN)
  const drawRow = (cells: readonly string[], i: number, colours: readonly [string, string]) => {
    let x = left
    cells.forEach((cell, column) => {
      ctx.textAlign = column === 0 ? 'left' : 'right'
      ctx.fillStyle = colours[column === 0 ? 0 : 1]
      const at = column === 0 ? x : x + widths[column]
      ctx.fillText(fitLabel(ctx, cell, widths[column]), at, lineAt(i))
      x += widths[column] + GAP
    })
  }
  drawRow(head, 0, [theme.dim, theme.dim])
  ctx.strokeStyle = theme.grid
  ctx.beginPath()
  ctx.moveTo(left, crisp(lineAt(0) + 4))
  ctx.lineTo(box.x + box.width - MARGIN, crisp(lineAt(0) + 4))
  ctx.stroke()
  shown.forEach((cells, i) => drawRow(cells, i + 1, [theme.dim, theme.text]))
  if (shown.length < rows.length) {
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    const rest = viewText('more', rows.length - shown.length)
    ctx.fillText(translateText(theme, rest), left, lineAt(shown.length + 1))
  }
  ctx.restore()
}

/** Widths of columns: those of their contents, with names as wide as the rest allows. */
function fitColumns(
  ctx: CanvasRenderingContext2D,
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widest = rows[0].map((_, column) =>
    Math.max(...rows.map((cells) => ctx.measureText(cutText(cells[column], MAX_LABEL)).width)),
  )
  const gaps = GAP * (widest.length - 1)
  const others = widest.slice(1).reduce((sum, own) => sum + own, 0)
  const forNames = Math.max(width - gaps - others, Math.min(widest[0], width * NAMES))
  const scale = Math.min(1, (width - gaps - forNames) / others)
  return [forNames, ...widest.slice(1).map((own) => own * scale)]
}
