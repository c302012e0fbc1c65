// Lines over a common axis: the loss while it falls, schedules, spectra; lines of earlier runs behind.
import type { ChartLook, ChartView } from '../../engine/plan/view.ts'
import type { Box, LegendItem, Theme } from './canvas.ts'
import { begin, crisp, legend, logTicks, measureText, say, setFont, shorten, ticks, tickText } from './canvas.ts'
import { rangeOf, smoothed, usualSmoothing, type Range } from './lines.ts'

type Line = ChartView['lines'][number]

/** A view as somebody wants to look at it. */
interface Looked extends Omit<ChartView, 'yRange'>, Pick<ChartLook, 'xLog' | 'x' | 'y' | 'smoothing'> {}

interface Frame extends Box {
  px(x: number): number
  py(y: number): number
}

export function paintChart(
  ctx: CanvasRenderingContext2D,
  chart: ChartView,
  box: Box,
  theme: Theme,
  { yLog = chart.yLog, y = chart.yRange, ...look }: ChartLook = {},
) {
  const view: Looked = { ...chart, ...look, yLog, ...(y && { y }) }
  begin(ctx, box, theme)
  const kept = view.lines.filter((line) => line.kept)
  const live = view.lines.filter((line) => !line.kept)
  const colour = (line: Line) => colourOf(line, live, theme)
  let top = box.y + 6
  if (view.title && box.height > 110) {
    setFont(ctx, 11.5, '600')
    ctx.fillStyle = theme.text
    ctx.fillText(shorten(ctx, view.title, box.width - 16), box.x + 8, top + 10)
    top += 17
  }
  const items = legendOf(live, kept, colour, theme)
  if (items.length && box.height > 140) top += legend(ctx, items, box.x + 8, top, box.width - 16, theme)

  const range = rangeOf(view.lines, view)
  if (!range) {
    setFont(ctx, 11)
    ctx.fillStyle = theme.dim
    ctx.textAlign = 'center'
    ctx.fillText(say(theme, 'Nothing to show yet'), box.x + box.width / 2, box.y + box.height / 2)
    ctx.restore()
    return
  }
  const frame = axes(
    ctx,
    view,
    range,
    { x: box.x + 8, y: top + 4, width: box.width - 16, height: box.y + box.height - top - 8 },
    theme,
  )
  ctx.save()
  ctx.beginPath()
  ctx.rect(frame.x, frame.y - 2, frame.width + 2, frame.height + 4)
  ctx.clip()
  drawMarks(ctx, view.marks ?? [], frame, theme)
  for (const line of [...kept].reverse()) drawLine(ctx, line, frame, theme.reference, 0.55, 1)
  live.forEach((line, i) => {
    if (live.slice(0, i).some((other) => liesOn(line, other, frame))) ctx.setLineDash(DASHES)
    drawLive(ctx, line, frame, colour(line), view.smoothing)
    ctx.setLineDash([])
  })
  ctx.restore()
  if (live.length === 1) lastValue(ctx, meanOf(live[0]!, view.smoothing), frame, theme)
  ctx.restore()
}

/** The first name has the first colour, whatever lines come and go. */
function colourOf(line: Line, live: readonly Line[], theme: Theme): string {
  const names = [...new Set(live.map(({ name }) => name))]
  return theme.series[Math.max(0, names.indexOf(line.name)) % theme.series.length]!
}

function legendOf(live: readonly Line[], kept: readonly Line[], colour: (line: Line) => string, theme: Theme): LegendItem[] {
  const items: LegendItem[] =
    live.length > 1 || kept.length ? live.map((line) => ({ name: line.name, colour: colour(line), mark: 'line' })) : []
  return kept.length ? [...items, { name: say(theme, 'earlier runs'), colour: theme.reference, mark: 'line', dim: true }] : items
}

function axes(ctx: CanvasRenderingContext2D, view: Looked, range: Range, area: Box, theme: Theme): Frame {
  setFont(ctx, 9.5)
  const small = area.height < 70 || area.width < 110
  const yTicks = view.yLog ? logTicks(...range.y) : ticks(...range.y, Math.max(2, area.height / 34))
  const left = small ? 0 : Math.max(...yTicks.map((v) => ctx.measureText(tickText(v)).width), 8) + 6
  const bottom = small ? 0 : view.xLabel && area.height > 100 ? 27 : 14
  const above = view.yLabel && area.height > 100 ? 12 : 2
  const box = { x: area.x + left, y: area.y + above, width: area.width - left - 6, height: area.height - bottom - above }
  const [across, up] = [shareOf(range.x, view.xLog), shareOf(range.y, view.yLog)]
  const frame: Frame = { ...box, px: (x) => box.x + across(x) * box.width, py: (y) => box.y + (1 - up(y)) * box.height }
  ctx.lineWidth = 1
  ctx.strokeStyle = theme.grid
  ctx.beginPath()
  for (const v of yTicks) {
    const y = crisp(frame.py(v))
    ctx.moveTo(box.x, y)
    ctx.lineTo(box.x + box.width, y)
  }
  ctx.stroke()
  ctx.strokeStyle = theme.line
  ctx.beginPath()
  ctx.moveTo(crisp(box.x), box.y)
  ctx.lineTo(crisp(box.x), crisp(box.y + box.height))
  ctx.lineTo(box.x + box.width, crisp(box.y + box.height))
  ctx.stroke()
  if (small) return frame
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'right'
  for (const v of yTicks) ctx.fillText(tickText(v), box.x - 5, frame.py(v) + 3.5)
  const right = box.x + box.width
  for (const v of view.xLog ? logTicks(...range.x) : ticks(...range.x, Math.max(2, box.width / 40))) {
    const text = tickText(v)
    const half = ctx.measureText(text).width / 2
    ctx.textAlign = 'center'
    ctx.fillText(text, Math.min(Math.max(frame.px(v), box.x + half - 3), right + 6 - half), box.y + box.height + 12)
  }
  if (bottom > 20) {
    ctx.textAlign = 'right'
    ctx.fillText(view.xLog ? `${view.xLabel} (log)` : view.xLabel, right, box.y + box.height + 24)
  }
  if (above > 10) {
    ctx.textAlign = 'left'
    ctx.fillText(view.yLog ? `${view.yLabel} (log)` : view.yLabel, area.x, area.y + 5)
  }
  return frame
}

/** How far along an axis a value is, from 0 to 1. */
function shareOf([from, to]: readonly [number, number], log = false): (value: number) => number {
  if (!log) return (value) => (value - from) / (to - from)
  const [start, way] = [Math.log(from), Math.log(to) - Math.log(from)]
  return (value) => (Math.log(value) - start) / way
}

function drawMarks(ctx: CanvasRenderingContext2D, marks: readonly number[], frame: Frame, theme: Theme) {
  ctx.strokeStyle = theme.dim
  ctx.lineWidth = 1
  ctx.beginPath()
  for (const mark of marks) {
    const x = crisp(frame.px(mark))
    ctx.moveTo(x, frame.y)
    ctx.lineTo(x, frame.y + frame.height)
  }
  ctx.stroke()
}

/** A line over another has gaps, so that both are seen. */
const DASHES = [7, 7]

/** Both are one for the eye, over half of their way or more. */
function liesOn(line: Line, other: Line, frame: Frame): boolean {
  const near = line.y.filter((y, i) => line.x[i] === other.x[i] && Math.abs(frame.py(y) - frame.py(other.y[i]!)) < 1.5)
  return near.length > line.y.length / 2
}

/** A noisy line is drawn faintly, with its mean over it. */
function drawLive(ctx: CanvasRenderingContext2D, line: Line, frame: Frame, colour: string, smoothing?: number) {
  const mean = meanOf(line, smoothing)
  if (mean !== line) drawLine(ctx, line, frame, colour, 0.3, 1)
  drawLine(ctx, mean, frame, colour, 1, 1.8)
}

/** The smooth line; the line itself where it is not to be smoothed. */
function meanOf(line: Line, smoothing = usualSmoothing(line)): Line {
  return smoothing > 0 ? { ...line, y: smoothed(line.y, smoothing) } : line
}

/** Of values that share a column of pixels, the first, least, greatest and last are drawn: the same picture, bounded work. */
function drawLine(ctx: CanvasRenderingContext2D, { x, y }: Line, frame: Frame, colour: string, alpha: number, width: number) {
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.globalAlpha = alpha
  ctx.lineWidth = width
  ctx.beginPath()
  let open = false
  let alone = true
  const to = (px: number, py: number) => {
    if (open) {
      ctx.lineTo(px, py)
      alone = false
    } else ctx.moveTo(px, py)
    open = true
  }
  for (let i = 0; i < y.length;) {
    const column = Math.floor(frame.px(x[i]!))
    let [low, high] = [Infinity, -Infinity]
    const first = i
    while (i < y.length && Math.floor(frame.px(x[i]!)) === column) {
      const py = frame.py(y[i]!)
      if (Number.isFinite(py)) {
        low = Math.min(low, py)
        high = Math.max(high, py)
      }
      i++
    }
    if (low > high) {
      open = false
      continue
    }
    if (i - first === 1) to(frame.px(x[first]!), low)
    else {
      const [from, last] = [frame.py(y[first]!), frame.py(y[i - 1]!)]
      if (Number.isFinite(from)) to(column + 0.5, from)
      to(column + 0.5, low)
      to(column + 0.5, high)
      if (Number.isFinite(last)) to(column + 0.5, last)
    }
  }
  ctx.stroke()
  // A single value is no line yet, but it is there.
  if (open && alone && y.length) {
    ctx.beginPath()
    ctx.arc(frame.px(x[y.length - 1]!), frame.py(y[y.length - 1]!), 2.2, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.globalAlpha = 1
}

function lastValue(ctx: CanvasRenderingContext2D, { y }: Line, frame: Frame, theme: Theme) {
  const value = y[y.length - 1]
  if (value === undefined || !Number.isFinite(value) || frame.width < 120) return
  setFont(ctx, 11, '600')
  ctx.textAlign = 'right'
  ctx.fillStyle = theme.text
  const at = frame.py(value)
  const [x, base] = [frame.x + frame.width - 2, at > frame.y + 24 ? at - 10 : at + 18]
  ctx.strokeStyle = theme.ground
  ctx.lineWidth = 4
  ctx.strokeText(measureText(value), x, base)
  ctx.fillText(measureText(value), x, base)
}
