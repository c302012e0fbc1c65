// Paints wires, the grid of dots, and tips.
import { wrapText } from '../../../litegraph/wrapText.ts'
import { curveEnds, loopCorners, wireBends } from '../../../workflow/wireShape.ts'
import type { Colours } from '../../ui/theme.ts'
import { addBox, createBitmap } from './painting.ts'

export interface WireStyle {
  colour: string
  wide: boolean
  /** True for the wire that joins Start and End of a loop. */
  loop: boolean
  /** Height at which the wire of a loop runs above the nodes of its zone; undefined without one. */
  top?: number | undefined
  alpha: number
}

/** Adds a path through corners, which are rounded. */
function addRoundedPath(
  ctx: CanvasRenderingContext2D,
  corners: readonly (readonly [number, number])[],
) {
  ctx.moveTo(...corners[0])
  corners.slice(1, -1).forEach((corner, i) => {
    const next = corners[i + 2]
    const [before, after] = [corners[i], next].map(([x, y]) =>
      Math.hypot(x - corner[0], y - corner[1]),
    )
    ctx.arcTo(...corner, ...next, Math.min(8, before / 2, after / 2))
  })
  ctx.lineTo(...corners[corners.length - 1])
}

/** Paints a curve that leaves to the right and arrives from the left, straight at both ends. */
export function paintWire(
  ctx: CanvasRenderingContext2D,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  style: WireStyle,
) {
  const [first, second] = wireBends(a, b)
  ctx.save()
  ctx.globalAlpha *= style.alpha
  ctx.strokeStyle = style.colour
  ctx.lineWidth = style.wide ? 3.2 : style.loop ? 2.4 : 2
  ctx.lineCap = 'round'
  if (style.loop) ctx.setLineDash([1, 7])
  ctx.beginPath()
  if (style.top === undefined) {
    const [from, to] = curveEnds(a, b)
    ctx.moveTo(a[0], a[1])
    ctx.lineTo(...from)
    ctx.bezierCurveTo(...first, ...second, ...to)
    ctx.lineTo(b[0], b[1])
  } else addRoundedPath(ctx, loopCorners(a, b, style.top))
  ctx.stroke()
  ctx.restore()
}

/**
 * Paints a grid of dots over a part of the canvas. The part and `height` are in device pixels;
 * `camera` has the offset in graph units and the scale to device pixels.
 */
export function paintDotGrid(
  ctx: CanvasRenderingContext2D,
  height: number,
  [x, y, wide, high]: readonly [number, number, number, number],
  camera: { x: number; y: number; scale: number },
  colours: Colours,
) {
  ctx.fillStyle = colours.canvas
  ctx.fillRect(x, y, wide, high)
  let step = 24 * camera.scale
  while (step < 14) step *= 4
  const dot = Math.max(1, Math.min(2.5, camera.scale * 1.6))
  const [left, top] = [
    positiveModulo(camera.x * camera.scale, step),
    positiveModulo(camera.y * camera.scale, step),
  ]
  const column = dotColumn(step, dot, height, colours.canvasDot)
  // Rounded to whole pixels, where drawImage only copies.
  for (let at = left + Math.floor((x - 2 - left) / step) * step; at < x + wide + 2; at += step) {
    ctx.drawImage(column, Math.round(at - 2), Math.round(top - step - 2))
  }
}

let column: { key: string; bitmap: OffscreenCanvas } | undefined

/**
 * Returns a bitmap with a column of dots, 4 pixels wide, the first dot centred at (2, 2). Cached
 * per zoom, since a frame contains thousands of dots.
 */
function dotColumn(step: number, dot: number, height: number, colour: string): OffscreenCanvas {
  const key = `${step} ${dot} ${height} ${colour}`
  if (column?.key === key) return column.bitmap
  const { bitmap, ctx } = createBitmap(4, Math.ceil(height + 2 * step) + 4)
  ctx.fillStyle = colour
  for (let y = 2; y < bitmap.height; y += step) ctx.fillRect(2 - dot / 2, y - dot / 2, dot, dot)
  column = { key, bitmap }
  return bitmap
}

const positiveModulo = (value: number, by: number) => ((value % by) + by) % by

/** Maximal line width of a tip, in pixels. */
const MAX_TIP_WIDTH = 290

/** Paints text in a box with its top left corner at the origin. */
export function paintTip(
  ctx: CanvasRenderingContext2D,
  words: string,
  colours: Colours,
  tint: string,
) {
  ctx.save()
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const lines = wrapText(ctx, words, MAX_TIP_WIDTH)
  const width = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 22
  const height = lines.length * 17 + 12
  ctx.shadowColor = colours.shadow
  ctx.shadowBlur = 12
  addBox(ctx, 0, 0, width, height, 7)
  ctx.fillStyle = colours.surface
  ctx.fill()
  ctx.shadowColor = 'transparent'
  ctx.fillStyle = tint
  ctx.fillRect(0, 7, 2.5, height - 14)
  ctx.fillStyle = colours.text
  lines.forEach((line, i) => ctx.fillText(line, 12, 15 + i * 17))
  ctx.restore()
}
