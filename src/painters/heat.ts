// A heat map behind the lines of a chart.
import type { Heat } from '../engine/base/view.ts'
import type { PlotArea } from './chartAxes.ts'
import { context2d } from './context2d.ts'
import type { MakeSheet } from './sheet.ts'

/** Draws the picture over the values that it covers, clipped to the plot. */
export function drawHeat(
  ctx: CanvasRenderingContext2D,
  { picture: { width, height, pixels }, x, y }: Heat,
  plot: PlotArea,
  makeSheet: MakeSheet,
) {
  const sheet = makeSheet(width, height)
  const inner = context2d(sheet)
  const image = inner.createImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    image.data.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i)
    image.data[4 * i + 3] = 255
  }
  inner.putImageData(image, 0, 0)
  const [left, right] = [plot.px(x[0]), plot.px(x[1])]
  const [top, bottom] = [plot.py(y[1]), plot.py(y[0])]
  ctx.save()
  ctx.beginPath()
  ctx.rect(plot.x, plot.y, plot.width, plot.height)
  ctx.clip()
  ctx.drawImage(sheet, left, top, right - left, bottom - top)
  ctx.restore()
}
