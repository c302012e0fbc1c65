// Draws a line of many values with bounded work: of the values in one column of pixels only the
// first, least, greatest and last are drawn. The picture is the same.
import type { PlotArea } from './chartAxes.ts'
import type { Line } from './lines.ts'

export interface LineStyle {
  colour: string
  alpha: number
  width: number
}

export function drawLine(
  ctx: CanvasRenderingContext2D,
  line: Line,
  plot: PlotArea,
  { colour, alpha, width }: LineStyle,
) {
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.globalAlpha = alpha
  ctx.lineWidth = width
  ctx.beginPath()
  let connected = false
  let hasSegments = false
  tracePixels(line, plot, (point) => {
    if (!point) connected = false
    else if (connected) {
      ctx.lineTo(...point)
      hasSegments = true
    } else {
      ctx.moveTo(...point)
      connected = true
    }
  })
  ctx.stroke()
  if (connected && !hasSegments) drawSingleValue(ctx, line, plot)
  ctx.globalAlpha = 1
}

type Point = [x: number, y: number]

/** Calls `visit` with the points to draw in order, and with undefined for a gap. */
function tracePixels({ x, y }: Line, plot: PlotArea, visit: (point: Point | undefined) => void) {
  for (let i = 0; i < y.length;) {
    const first = i
    const column = Math.floor(plot.px(x[first]))
    let [top, bottom] = [Infinity, -Infinity]
    do {
      const py = plot.py(y[i])
      if (Number.isFinite(py)) {
        top = Math.min(top, py)
        bottom = Math.max(bottom, py)
      }
      i++
    } while (i < y.length && Math.floor(plot.px(x[i])) === column)
    if (top > bottom) visit(undefined)
    else if (i - first === 1) visit([plot.px(x[first]), top])
    else {
      const ends = [plot.py(y[first]), plot.py(y[i - 1])]
      for (const py of [ends[0], top, bottom, ends[1]])
        if (Number.isFinite(py)) visit([column + 0.5, py])
    }
  }
}

/** A single value gives no line, so it gets a dot. */
function drawSingleValue(ctx: CanvasRenderingContext2D, { x, y }: Line, plot: PlotArea) {
  const last = y.length - 1
  ctx.beginPath()
  ctx.arc(plot.px(x[last]), plot.py(y[last]), 2.2, 0, 2 * Math.PI)
  ctx.fill()
}
