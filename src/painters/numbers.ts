// A few large numbers: results of an evaluation.
import { viewText } from '../engine/base/viewTexts.ts'
import type { NumbersView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting, crisp, fitLabel } from './frame.ts'
import { measureText } from './ticks.ts'
import { translateText, setFont } from './theme.ts'

type Row = NumbersView['rows'][number]

const [MIN_ROW, MAX_ROW] = [18, 46]
/** From this height on, a row has room for its note below its name. */
const TWO_LINES = 34

export function paintNumbers(
  ctx: CanvasRenderingContext2D,
  { rows }: NumbersView,
  box: Box,
  theme: Theme,
) {
  beginPainting(ctx, box, theme)
  const area = { x: box.x + 12, y: box.y + 6, width: box.width - 24, height: box.height - 12 }
  const most = Math.max(1, Math.floor(area.height / MIN_ROW))
  const shown = rows.length > most ? rows.slice(0, most - 1) : rows
  const height = Math.min(MAX_ROW, area.height / Math.min(most, Math.max(1, rows.length)))
  const top = area.y + Math.max(0, (area.height - height * rows.length) / 2)
  shown.forEach((row, i) => {
    const at = { ...area, y: top + i * height, height }
    if (i) drawRule(ctx, at, theme)
    paintNumberRow(ctx, row, at, theme)
  })
  if (shown.length < rows.length) {
    setFont(ctx, 11)
    ctx.fillStyle = theme.dim
    ctx.fillText(
      translateText(theme, viewText('andMore', rows.length - shown.length)),
      area.x,
      top + shown.length * height + height / 2 + 4,
    )
  }
  ctx.restore()
}

function drawRule(ctx: CanvasRenderingContext2D, { x, y, width }: Box, theme: Theme) {
  ctx.lineWidth = 1
  ctx.strokeStyle = theme.grid
  ctx.beginPath()
  ctx.moveTo(x, crisp(y))
  ctx.lineTo(x + width, crisp(y))
  ctx.stroke()
}

function paintNumberRow(
  ctx: CanvasRenderingContext2D,
  { name, value, note }: Row,
  { x, y, width, height }: Box,
  theme: Theme,
) {
  const middle = y + height / 2
  const large = Math.max(11, Math.min(21, height * 0.45, width / 8))
  setFont(ctx, large, '600')
  ctx.textAlign = 'right'
  ctx.fillStyle = Number.isFinite(value) ? theme.text : theme.warning
  const number = fitLabel(ctx, numberText(value), width)
  ctx.fillText(number, x + width, middle + large * 0.36)
  const room = width - ctx.measureText(number).width - 10
  const below = note && height >= TWO_LINES
  ctx.textAlign = 'left'
  setFont(ctx, 12)
  ctx.fillStyle = theme.text
  const named = fitLabel(ctx, translateText(theme, name), room)
  ctx.fillText(named, x, middle + (below ? -2 : 4))
  if (!note) return
  const used = below ? 0 : ctx.measureText(named).width + 8
  setFont(ctx, 10.5)
  ctx.fillStyle = theme.dim
  ctx.fillText(
    fitLabel(ctx, translateText(theme, note), room - used),
    x + used,
    middle + (below ? 12 : 4),
  )
}

/** Writes integers in full, and other numbers with four digits. */
const numberText = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 1e7
    ? String(value).replace('-', '−')
    : measureText(value)
