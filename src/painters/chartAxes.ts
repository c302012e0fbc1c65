// Axes of a chart: the area left for its lines, grid, ticks and labels.
import type { ChartLook, ChartView } from '../engine/base/view.ts'
import { crisp, fitLabel, type Box } from './frame.ts'
import type { Range } from './lines.ts'
import { setFont, type Theme } from './theme.ts'
import { logTicks, ticks, tickText } from './ticks.ts'

/** A chart with the user's choices applied. */
export interface DisplayedChart
  extends Omit<ChartView, 'yRange'>, Pick<ChartLook, 'xLog' | 'x' | 'y' | 'smoothing'> {}

/** The area of the lines, and where values are in it. */
export interface PlotArea extends Box {
  px(x: number): number
  py(y: number): number
}

interface AxisLayout {
  plot: PlotArea
  yTicks: number[]
  /** Without tick labels. */
  small: boolean
  hasXLabel: boolean
  hasYLabel: boolean
}

export function drawAxes(
  ctx: CanvasRenderingContext2D,
  chart: DisplayedChart,
  range: Range,
  area: Box,
  theme: Theme,
): PlotArea {
  setFont(ctx, 9.5)
  const layout = layOutChart(ctx, chart, range, area)
  drawGridLines(ctx, layout, theme)
  if (!layout.small) {
    ctx.fillStyle = theme.dim
    drawTickLabels(ctx, layout, chart.xLog ?? false, range)
    drawAxisLabels(ctx, layout, chart, area)
  }
  return layout.plot
}

function layOutChart(
  ctx: CanvasRenderingContext2D,
  chart: DisplayedChart,
  range: Range,
  area: Box,
): AxisLayout {
  const small = area.height < 70 || area.width < 110
  const hasXLabel = !small && Boolean(chart.xLabel) && area.height > 100
  const hasYLabel = Boolean(chart.yLabel) && area.height > 100
  const yTicks = chart.yLog
    ? logTicks(...range.y)
    : ticks(...range.y, Math.max(2, area.height / 34))
  const labelWidth = Math.max(...yTicks.map((v) => ctx.measureText(tickText(v)).width), 8)
  const left = small ? 0 : labelWidth + 6
  const bottom = small ? 0 : hasXLabel ? 27 : 14
  const above = hasYLabel ? 12 : 2
  const box = {
    x: area.x + left,
    y: area.y + above,
    width: area.width - left - 6,
    height: area.height - bottom - above,
  }
  const [across, up] = [axisShare(range.x, chart.xLog), axisShare(range.y, chart.yLog)]
  const plot: PlotArea = {
    ...box,
    px: (x) => box.x + across(x) * box.width,
    py: (y) => box.y + (1 - up(y)) * box.height,
  }
  return { plot, yTicks, small, hasXLabel, hasYLabel }
}

function drawGridLines(ctx: CanvasRenderingContext2D, { plot, yTicks }: AxisLayout, theme: Theme) {
  const { x, y, width, height } = plot
  ctx.lineWidth = 1
  ctx.strokeStyle = theme.grid
  ctx.beginPath()
  for (const value of yTicks) {
    ctx.moveTo(x, crisp(plot.py(value)))
    ctx.lineTo(x + width, crisp(plot.py(value)))
  }
  ctx.stroke()
  ctx.strokeStyle = theme.line
  ctx.beginPath()
  ctx.moveTo(crisp(x), y)
  ctx.lineTo(crisp(x), crisp(y + height))
  ctx.lineTo(x + width, crisp(y + height))
  ctx.stroke()
}

function drawTickLabels(
  ctx: CanvasRenderingContext2D,
  { plot, yTicks }: AxisLayout,
  xLog: boolean,
  range: Range,
) {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height]
  ctx.textAlign = 'right'
  for (const value of yTicks) ctx.fillText(tickText(value), plot.x - 5, plot.py(value) + 3.5)
  ctx.textAlign = 'center'
  const xTicks = xLog ? logTicks(...range.x) : ticks(...range.x, Math.max(2, plot.width / 40))
  for (const value of xTicks) {
    const text = tickText(value)
    const half = ctx.measureText(text).width / 2
    const x = Math.min(Math.max(plot.px(value), plot.x + half - 3), right + 6 - half)
    ctx.fillText(text, x, bottom + 12)
  }
}

function drawAxisLabels(
  ctx: CanvasRenderingContext2D,
  { plot, hasXLabel, hasYLabel }: AxisLayout,
  { xLabel, yLabel, xLog, yLog }: DisplayedChart,
  area: Box,
) {
  if (hasXLabel) {
    ctx.textAlign = 'right'
    const text = xLog ? `${xLabel} (log)` : xLabel
    ctx.fillText(fitLabel(ctx, text, plot.width), plot.x + plot.width, plot.y + plot.height + 24)
  }
  if (hasYLabel) {
    ctx.textAlign = 'left'
    const text = yLog ? `${yLabel} (log)` : yLabel
    ctx.fillText(fitLabel(ctx, text, area.width), area.x, area.y + 5)
  }
}

/** Maps a value to its position along an axis, from 0 to 1. */
function axisShare([from, to]: readonly [number, number], log = false): (value: number) => number {
  if (!log) return (value) => (value - from) / (to - from)
  const [start, length] = [Math.log(from), Math.log(to) - Math.log(from)]
  return (value) => (Math.log(value) - start) / length
}
