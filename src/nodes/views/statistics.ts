// A tensor in numbers: its shape, moments and extremes, and how its values are spread.
import type { StatisticsView } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { begin, crisp, measureText, say, setFont, shorten, tickText } from './canvas.ts'

const ROW = 15

export function paintStatistics(ctx: CanvasRenderingContext2D, view: StatisticsView, box: Box, theme: Theme) {
  begin(ctx, box, theme)
  const left = box.x + 10
  const width = box.width - 20
  setFont(ctx, 12, '600')
  ctx.fillStyle = theme.text
  ctx.fillText(shorten(ctx, view.type, width * 0.55), left, box.y + 18)
  if (isOneNumber(view)) {
    oneNumber(ctx, view, box, theme)
    ctx.restore()
    return
  }
  setFont(ctx, 11)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'right'
  ctx.fillText(`[${view.shape.join(', ')}]`, left + width, box.y + 18)

  const cells: [string, string][] = [
    ['mean', measureText(view.mean)],
    ['std', measureText(view.std)],
    ['min', measureText(view.min)],
    ['max', measureText(view.max)],
  ]
  let top = table(ctx, cells, left, box.y + 26, width, 2, theme)
  // Always said, and loudly if there are any: they are what one looks for when training breaks.
  const bad: [string, string][] = [['NaN', view.nan ? `${view.nan}` : 'none']]
  top = table(ctx, bad, left, top, width, 2, view.nan ? { ...theme, text: theme.warning, dim: theme.warning } : theme)
  const notes = view.notes.slice(0, Math.max(0, Math.floor((box.y + box.height - top - 50) / ROW)))
  top = table(ctx, notes, left, top, width, 1, theme)
  const rest = box.y + box.height - top - 8
  if (rest > 34) paintHistogram(ctx, view, { x: left, y: top + 8, width, height: rest - 6 }, theme)
  ctx.restore()
}

const isOneNumber = ({ shape, mean, notes }: StatisticsView) => shape.length === 0 && notes.length === 0 && Number.isFinite(mean)

/** Its moments and their histogram would say the same thing six times. */
function oneNumber(ctx: CanvasRenderingContext2D, { mean }: StatisticsView, box: Box, theme: Theme) {
  setFont(ctx, Math.max(14, Math.min(36, box.width / 8, box.height / 3)), '600')
  ctx.fillStyle = theme.text
  ctx.textAlign = 'center'
  ctx.fillText(measureText(mean), box.x + box.width / 2, box.y + box.height / 2 + 12)
}

/** Names and values in columns; returns where it ended. */
function table(
  ctx: CanvasRenderingContext2D,
  cells: readonly [string, string][],
  x: number,
  y: number,
  width: number,
  columns: number,
  theme: Theme,
): number {
  const gap = 16
  const wide = (width - gap * (columns - 1)) / columns
  setFont(ctx, 11)
  cells.forEach(([english, value], i) => {
    const name = say(theme, english)
    const left = x + (i % columns) * (wide + gap)
    const base = y + (Math.floor(i / columns) + 1) * ROW - 3
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(name, left, base)
    const named = ctx.measureText(name).width
    ctx.textAlign = 'right'
    ctx.fillStyle = theme.text
    ctx.fillText(shorten(ctx, say(theme, value), wide - named - 6), left + wide, base)
  })
  return y + Math.ceil(cells.length / columns) * ROW
}

/** Bars from min to max, with the mean as a line. */
export function paintHistogram(
  ctx: CanvasRenderingContext2D,
  { histogram: bins, min, max, mean }: Pick<StatisticsView, 'histogram' | 'min' | 'max' | 'mean'>,
  box: Box,
  theme: Theme,
) {
  const height = box.height - 13
  const most = Math.max(...bins, 1)
  const wide = box.width / bins.length
  ctx.fillStyle = theme.series[0]!
  ctx.globalAlpha = 0.85
  bins.forEach((count, i) => {
    const tall = (count / most) * height
    const gap = wide > 4 ? 1 : 0
    if (count) ctx.fillRect(box.x + i * wide, box.y + height - Math.max(1, tall), wide - gap, Math.max(1, tall))
  })
  ctx.globalAlpha = 1
  ctx.strokeStyle = theme.line
  ctx.lineWidth = 1
  ctx.beginPath()
  ctx.moveTo(box.x, crisp(box.y + height))
  ctx.lineTo(box.x + box.width, crisp(box.y + height))
  ctx.stroke()
  if (max > min) {
    const at = crisp(box.x + ((mean - min) / (max - min)) * box.width)
    ctx.strokeStyle = theme.text
    ctx.setLineDash([3, 3])
    ctx.beginPath()
    ctx.moveTo(at, box.y)
    ctx.lineTo(at, box.y + height)
    ctx.stroke()
    ctx.setLineDash([])
  }
  setFont(ctx, 9.5)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'left'
  ctx.fillText(tickText(Number(min.toPrecision(3))), box.x, box.y + height + 11)
  ctx.textAlign = 'right'
  ctx.fillText(tickText(Number(max.toPrecision(3))), box.x + box.width, box.y + height + 11)
}
