// Line chart over a common axis: losses, schedules, spectra. Lines of earlier runs are behind the
// others.
import { viewText } from '../engine/base/viewTexts.ts'
import type { ChartLook, ChartView } from '../engine/base/view.ts'
import { drawAxes, type DisplayedChart, type PlotArea } from './chartAxes.ts'
import { drawHeat } from './heat.ts'
import { createOffscreen, type MakeSheet } from './sheet.ts'
import { beginPainting, crisp, legend, fitLabel, type Box, type LegendItem } from './frame.ts'
import { automaticSmoothing, chartRange, exponentialMean } from './lines.ts'
import { drawLine } from './polyline.ts'
import { setFont, translateText, type Theme } from './theme.ts'
import { measureText } from './ticks.ts'

type Line = ChartView['lines'][number]

interface Lines {
  live: readonly Line[]
  /** Lines of earlier runs. */
  earlier: readonly Line[]
}

export function paintChart(
  ctx: CanvasRenderingContext2D,
  view: ChartView,
  box: Box,
  theme: Theme,
  { yLog = view.yLog, y = view.yRange, ...look }: ChartLook = {},
  makeSheet: MakeSheet = createOffscreen,
) {
  const chart: DisplayedChart = { ...view, ...look, yLog, ...(y && { y }) }
  const lines = {
    live: chart.lines.filter((line) => !line.kept),
    earlier: chart.lines.filter((line) => line.kept),
  }
  beginPainting(ctx, box, theme)
  const top = drawHeader(ctx, chart.title, chartLegend(lines, theme), box, theme)
  const range = chartRange([...chart.lines, ...heatCorners(view)], chart)
  if (range) {
    const height = box.y + box.height - top - 8
    const area = { x: box.x + 8, y: top + 4, width: box.width - 16, height }
    const plot = drawAxes(ctx, chart, range, area, theme)
    if (view.heat) drawHeat(ctx, view.heat, plot, makeSheet)
    drawLines(ctx, lines, chart, plot, theme)
    if (lines.live.length === 1) drawLastValue(ctx, lines.live[0], chart.smoothing, plot, theme)
  } else drawEmpty(ctx, box, theme)
  ctx.restore()
}

/** A heat map without lines needs axes too. */
const heatCorners = ({ heat }: ChartView): Pick<Line, 'x' | 'y'>[] =>
  heat ? [{ x: Float64Array.from(heat.x), y: Float64Array.from(heat.y) }] : []

/** Draws title and legend if there is room. Returns where they end. */
function drawHeader(
  ctx: CanvasRenderingContext2D,
  title: string,
  items: readonly LegendItem[],
  box: Box,
  theme: Theme,
): number {
  let top = box.y + 6
  if (title && box.height > 110) {
    setFont(ctx, 11.5, '600')
    ctx.fillStyle = theme.text
    ctx.fillText(fitLabel(ctx, title, box.width - 16), box.x + 8, top + 10)
    top += 17
  }
  if (items.length && box.height > 140)
    top += legend(ctx, items, box.x + 8, top, box.width - 16, theme)
  return top
}

function drawEmpty(ctx: CanvasRenderingContext2D, box: Box, theme: Theme) {
  setFont(ctx, 11)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  const text = translateText(theme, viewText('nothingYet'))
  ctx.fillText(text, box.x + box.width / 2, box.y + box.height / 2)
}

/** Colours follow the order of names, so that a name keeps its colour when lines come and go. */
function lineColour(line: Line, live: readonly Line[], theme: Theme): string {
  const names = [...new Set(live.map(({ name }) => name))]
  return theme.series[Math.max(0, names.indexOf(line.name)) % theme.series.length]
}

function chartLegend({ live, earlier }: Lines, theme: Theme): LegendItem[] {
  const items: LegendItem[] =
    live.length > 1 || earlier.length
      ? live
          .filter(({ name }) => name !== '')
          .map((line) => ({
            name: line.name,
            colour: lineColour(line, live, theme),
            mark: 'line',
          }))
      : []
  const name = translateText(theme, viewText('earlierRuns'))
  return earlier.length
    ? [...items, { name, colour: theme.reference, mark: 'line', dim: true }]
    : items
}

/** A line on top of another one is dashed, so that both are visible. */
const DASHES = [7, 7]

/** Dashes of the lines of earlier runs. */
const EARLIER_DASHES = [[], [5, 3], [1.5, 3], [8, 3, 1.5, 3]]

function drawLines(
  ctx: CanvasRenderingContext2D,
  { live, earlier }: Lines,
  { marks = [], smoothing }: DisplayedChart,
  plot: PlotArea,
  theme: Theme,
) {
  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.x, plot.y - 2, plot.width + 2, plot.height + 4)
  ctx.clip()
  drawMarks(ctx, marks, plot, theme)
  // The latest run first. Its lines are solid; those of runs before it are dashed.
  const latestFirst = [...earlier].reverse()
  latestFirst.forEach((line, i) => {
    const later = latestFirst.slice(0, i).filter(({ name }) => name === line.name).length
    ctx.setLineDash(EARLIER_DASHES[later % EARLIER_DASHES.length])
    drawLine(ctx, line, plot, { colour: theme.reference, alpha: 0.55, width: 1 })
  })
  ctx.setLineDash([])
  live.forEach((line, i) => {
    if (live.slice(0, i).some((other) => coversLine(line, other, plot))) ctx.setLineDash(DASHES)
    drawLiveLine(ctx, line, plot, lineColour(line, live, theme), smoothing)
    ctx.setLineDash([])
  })
  ctx.restore()
}

function drawMarks(
  ctx: CanvasRenderingContext2D,
  marks: readonly number[],
  plot: PlotArea,
  theme: Theme,
) {
  ctx.strokeStyle = theme.dim
  ctx.lineWidth = 1
  ctx.beginPath()
  for (const mark of marks) {
    const x = crisp(plot.px(mark))
    ctx.moveTo(x, plot.y)
    ctx.lineTo(x, plot.y + plot.height)
  }
  ctx.stroke()
}

/** True if the lines are indistinguishable over more than half their length. */
function coversLine(line: Line, other: Line, plot: PlotArea): boolean {
  const near = line.y.filter(
    (y, i) => line.x[i] === other.x[i] && Math.abs(plot.py(y) - plot.py(other.y[i])) < 1.5,
  )
  return near.length > line.y.length / 2
}

/** Draws a noisy line faintly, with its mean on top. */
function drawLiveLine(
  ctx: CanvasRenderingContext2D,
  line: Line,
  plot: PlotArea,
  colour: string,
  smoothing?: number,
) {
  const mean = smoothLine(line, smoothing)
  if (mean !== line) drawLine(ctx, line, plot, { colour, alpha: 0.3, width: 1 })
  drawLine(ctx, mean, plot, { colour, alpha: 1, width: 1.8 })
}

/** Returns the line itself without smoothing. */
function smoothLine(line: Line, smoothing = automaticSmoothing(line)): Line {
  return smoothing > 0 ? { ...line, y: exponentialMean(line.y, smoothing) } : line
}

/** Draws the last value of a line. For a noisy line, it is that of the mean, and is called so. */
function drawLastValue(
  ctx: CanvasRenderingContext2D,
  line: Line,
  smoothing: number | undefined,
  plot: PlotArea,
  theme: Theme,
) {
  const shown = smoothLine(line, smoothing)
  const { y } = shown
  const value = y[y.length - 1]
  if (value === undefined || !Number.isFinite(value) || plot.width < 120) return
  setFont(ctx, 11, '600')
  ctx.textAlign = 'right'
  ctx.fillStyle = theme.text
  const at = plot.py(value)
  const [x, base] = [plot.x + plot.width - 2, at > plot.y + 24 ? at - 10 : at + 18]
  const text =
    shown === line
      ? measureText(value)
      : translateText(theme, viewText('meanValue', measureText(value)))
  ctx.strokeStyle = theme.ground
  ctx.lineWidth = 4
  ctx.strokeText(text, x, base)
  ctx.fillText(text, x, base)
}
