// Statistics of a tensor: shape, moments, extremes, and a histogram.
import type { StatisticsView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting, crisp, fitLabel } from './frame.ts'
import { measureText, tickText } from './ticks.ts'
import { translateText, setFont } from './theme.ts'

const ROW = 15

export function paintStatistics(
  ctx: CanvasRenderingContext2D,
  view: StatisticsView,
  box: Box,
  theme: Theme,
) {
  beginPainting(ctx, box, theme)
  const left = box.x + 10
  const width = box.width - 20
  setFont(ctx, 12, '600')
  ctx.fillStyle = theme.text
  ctx.fillText(fitLabel(ctx, view.type, width * 0.55), left, box.y + 18)
  if (isSingleNumber(view)) {
    paintSingleNumber(ctx, view, box, theme)
    ctx.restore()
    return
  }
  setFont(ctx, 11)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'right'
  ctx.fillText(`[${view.shape.join(', ')}]`, left + width, box.y + 18)

  const table = (cells: readonly [string, string][], y: number, columns: number, colours = theme) =>
    paintTable(ctx, cells, { x: left, y, width, columns }, colours)
  let top = table(momentCells(view), box.y + 26, 2)
  // Always shown, and highlighted if there are any: the first thing to check when training fails.
  const warning = { ...theme, text: theme.warning, dim: theme.warning }
  top = table([['NaN', view.nan ? `${view.nan}` : 'none']], top, 2, view.nan ? warning : theme)
  const rows = Math.max(0, Math.floor((box.y + box.height - top - 50) / ROW))
  top = table(view.notes.slice(0, rows), top, 1)
  const rest = box.y + box.height - top - 8
  if (rest > 34) paintHistogram(ctx, view, { x: left, y: top + 8, width, height: rest - 6 }, theme)
  ctx.restore()
}

const momentCells = ({ mean, std, min, max }: StatisticsView): [string, string][] => [
  ['mean', measureText(mean)],
  ['std', measureText(std)],
  ['min', measureText(min)],
  ['max', measureText(max)],
]

const isSingleNumber = ({ shape, mean, notes }: StatisticsView) =>
  shape.length === 0 && notes.length === 0 && Number.isFinite(mean)

/** Shows a single number without moments and histogram, which would repeat it. */
function paintSingleNumber(
  ctx: CanvasRenderingContext2D,
  { mean }: StatisticsView,
  box: Box,
  theme: Theme,
) {
  setFont(ctx, Math.max(14, Math.min(36, box.width / 8, box.height / 3)), '600')
  ctx.fillStyle = theme.text
  ctx.textAlign = 'center'
  ctx.fillText(measureText(mean), box.x + box.width / 2, box.y + box.height / 2 + 12)
}

/** Draws names and values in columns. Returns where they end. */
function paintTable(
  ctx: CanvasRenderingContext2D,
  cells: readonly [string, string][],
  { x, y, width, columns }: { x: number; y: number; width: number; columns: number },
  theme: Theme,
): number {
  const gap = 16
  const wide = (width - gap * (columns - 1)) / columns
  setFont(ctx, 11)
  cells.forEach(([english, value], i) => {
    const name = translateText(theme, english)
    const left = x + (i % columns) * (wide + gap)
    const base = y + (Math.floor(i / columns) + 1) * ROW - 3
    ctx.textAlign = 'left'
    ctx.fillStyle = theme.dim
    ctx.fillText(name, left, base)
    const named = ctx.measureText(name).width
    ctx.textAlign = 'right'
    ctx.fillStyle = theme.text
    ctx.fillText(fitLabel(ctx, translateText(theme, value), wide - named - 6), left + wide, base)
  })
  return y + Math.ceil(cells.length / columns) * ROW
}

/** Draws bars from min to max, and the mean as a line. */
export function paintHistogram(
  ctx: CanvasRenderingContext2D,
  { histogram: bins, min, max, mean }: Pick<StatisticsView, 'histogram' | 'min' | 'max' | 'mean'>,
  box: Box,
  theme: Theme,
) {
  const height = box.height - 13
  const most = Math.max(...bins, 1)
  const wide = box.width / bins.length
  ctx.fillStyle = theme.series[0]
  ctx.globalAlpha = 0.85
  bins.forEach((count, i) => {
    const tall = (count / most) * height
    const gap = wide > 4 ? 1 : 0
    if (count)
      ctx.fillRect(
        box.x + i * wide,
        box.y + height - Math.max(1, tall),
        wide - gap,
        Math.max(1, tall),
      )
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
