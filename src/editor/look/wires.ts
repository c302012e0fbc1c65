// Wires, the dots behind them, and words beside the pointer.
import { wrap } from '../../nodes/litegraph/widgets.ts'
import type { Colours } from '../theme.ts'
import { box } from './painting.ts'

export interface WireLook {
  colour: string
  wide: boolean
  /** The wire that joins the ends of a loop. */
  loop: boolean
  alpha: number
}

type Ends = ArrayLike<number>

/** The two inner points of the curve of a wire. */
export function bendsOf(a: Ends, b: Ends): [[number, number], [number, number]] {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!]
  const reach = dx > 0 ? Math.max(28, dx * 0.45) : Math.min(160, 40 + Math.abs(dx) * 0.35 + Math.abs(dy) * 0.2)
  return [
    [a[0]! + reach, a[1]!],
    [b[0]! - reach, b[1]!],
  ]
}

/** Points along a wire, its ends left out. */
export function pointsOn(a: Ends, b: Ends, count = 24): [number, number][] {
  const [first, second] = bendsOf(a, b)
  return Array.from({ length: count }, (_, i) => {
    const t = (i + 1) / (count + 1)
    const at = (k: number) =>
      (1 - t) ** 3 * a[k]! + 3 * t * (1 - t) ** 2 * first[k]! + 3 * t ** 2 * (1 - t) * second[k]! + t ** 3 * b[k]!
    return [at(0), at(1)]
  })
}

/** A calm S from left to right, however the ends lie. */
export function paintWire(ctx: CanvasRenderingContext2D, a: ArrayLike<number>, b: ArrayLike<number>, look: WireLook) {
  const [first, second] = bendsOf(a, b)
  ctx.save()
  ctx.globalAlpha *= look.alpha
  ctx.strokeStyle = look.colour
  ctx.lineWidth = look.wide ? 3.2 : look.loop ? 2.4 : 2
  ctx.lineCap = 'round'
  if (look.loop) ctx.setLineDash([1, 7])
  ctx.beginPath()
  ctx.moveTo(a[0]!, a[1]!)
  ctx.bezierCurveTo(...first, ...second, b[0]!, b[1]!)
  ctx.stroke()
  ctx.restore()
}

/** Evenly spaced dots over a part of the canvas; `offset` and `scale` are the camera's, everything in device pixels. */
export function paintGrid(
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
  const [left, top] = [mod(camera.x * camera.scale, step), mod(camera.y * camera.scale, step)]
  const column = columnOf(step, dot, height, colours.canvasDot)
  // On whole pixels, where it is only copied.
  for (let at = left + Math.floor((x - 2 - left) / step) * step; at < x + wide + 2; at += step) {
    ctx.drawImage(column, Math.round(at - 2), Math.round(top - step - 2))
  }
}

let column: { key: string; bitmap: OffscreenCanvas } | undefined

/** A column of dots, its first in the middle of four pixels, painted once for a zoom: there are thousands of dots in a frame. */
function columnOf(step: number, dot: number, height: number, colour: string): OffscreenCanvas {
  const key = `${step} ${dot} ${height} ${colour}`
  if (column?.key === key) return column.bitmap
  const bitmap = new OffscreenCanvas(4, Math.ceil(height + 2 * step) + 4)
  const ctx = bitmap.getContext('2d')!
  ctx.fillStyle = colour
  for (let y = 2; y < bitmap.height; y += step) ctx.fillRect(2 - dot / 2, y - dot / 2, dot, dot)
  column = { key, bitmap }
  return bitmap
}

const mod = (value: number, by: number) => ((value % by) + by) % by

/** The longest line of a tip, in pixels. */
const TIP = 290

/** Words in a box, to the right of the origin and below it. */
export function paintTip(ctx: CanvasRenderingContext2D, words: string, colours: Colours, tint: string) {
  ctx.save()
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const lines = wrap(ctx, words, TIP)
  const width = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 22
  const height = lines.length * 17 + 12
  ctx.shadowColor = colours.shadow
  ctx.shadowBlur = 12
  box(ctx, 0, 0, width, height, 7)
  ctx.fillStyle = colours.surface
  ctx.fill()
  ctx.shadowColor = 'transparent'
  ctx.fillStyle = tint
  ctx.fillRect(0, 7, 2.5, height - 14)
  ctx.fillStyle = colours.text
  lines.forEach((line, i) => ctx.fillText(line, 12, 15 + i * 17))
  ctx.restore()
}
