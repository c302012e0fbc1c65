// Points drawn by hand in a square that shows [-2, 2] in both directions.
import { FONTS } from '../views/canvas.ts'

export interface Square {
  x: number
  y: number
  size: number
}

export interface DrawingLook {
  ground: string
  line: string
  grid: string
  point: string
  text: string
}

const dark: DrawingLook = { ground: '#191b1d', line: '#4a5056', grid: '#2c3034', point: '#64b5f6', text: '#9aa1a7' }

type Points = readonly (readonly [number, number])[]

const MARGIN = 15
const REACH = 2
/** Points closer than this, in data units, are not set twice. */
const APART = 0.03
/** Between the points of a quick stroke. */
const STRIDE = 0.06
const RUB = 0.15
/** More could not be told apart on the node. */
const MOST = 4000

/** Where the square lies on a node of this size, below y. */
export function squareOn({ 0: width = 0, 1: height = 0 }: ArrayLike<number>, y: number): Square {
  const size = Math.max(40, Math.min(width - 2 * MARGIN, height - y - 10))
  return { x: (width - size) / 2, y, size }
}

const round = (value: number) => Math.round(value * 1000) / 1000

/** The points after the pointer was at (x, y): one more, or those near it rubbed out. */
export function pointAt(points: Points, { x: left, y: top, size }: Square, x: number, y: number, erase: boolean): Points {
  const at: [number, number] = [round(((x - left) / size) * 2 * REACH - REACH), round(REACH - ((y - top) / size) * 2 * REACH)]
  if (Math.abs(at[0]) > REACH || Math.abs(at[1]) > REACH) return points
  const distance = ([px, py]: readonly [number, number]) => Math.hypot(px - at[0], py - at[1])
  if (erase) return points.filter((point) => distance(point) > RUB)
  return points.length >= MOST || points.some((point) => distance(point) < APART) ? points : [...points, at]
}

/** The points after the pointer went straight from one place to another: no gaps, however fast it was. */
export function pointsAlong(
  points: Points,
  square: Square,
  from: readonly [number, number],
  to: readonly [number, number],
  erase: boolean,
): Points {
  const steps = Math.max(1, Math.ceil((Math.hypot(to[0] - from[0], to[1] - from[1]) / square.size) * ((2 * REACH) / STRIDE)))
  let drawn = points
  for (let i = 1; i <= steps; i++) {
    const share = i / steps
    drawn = pointAt(drawn, square, from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, erase)
  }
  return drawn
}

const clearBox = ({ x, y, size }: Square) => ({ x: x + size - 46, y: y + 4, width: 42, height: 16 })

export function hitsClear(square: Square, x: number, y: number): boolean {
  const box = clearBox(square)
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

export function drawPoints(ctx: CanvasRenderingContext2D, points: Points, square: Square, look: DrawingLook = dark) {
  const { x, y, size } = square
  ctx.save()
  ctx.lineWidth = 1
  ctx.fillStyle = look.ground
  ctx.strokeStyle = look.line
  ctx.beginPath()
  ctx.roundRect(x, y, size, size, 4)
  ctx.fill()
  ctx.stroke()
  ctx.clip()
  ctx.strokeStyle = look.grid
  ctx.beginPath()
  for (const line of [1, 2, 3]) {
    ctx.moveTo(x + (size * line) / 4, y)
    ctx.lineTo(x + (size * line) / 4, y + size)
    ctx.moveTo(x, y + (size * line) / 4)
    ctx.lineTo(x + size, y + (size * line) / 4)
  }
  ctx.stroke()
  ctx.fillStyle = look.point
  for (const point of points) {
    if (!Array.isArray(point) || !point.every(Number.isFinite)) continue
    ctx.beginPath()
    ctx.arc(x + ((point[0] + REACH) / (2 * REACH)) * size, y + ((REACH - point[1]) / (2 * REACH)) * size, 1.6, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.font = `11px ${FONTS}`
  ctx.fillStyle = look.text
  ctx.textAlign = 'left'
  ctx.fillText(
    points.length ? `${points.length} ${points.length === 1 ? 'point' : 'points'}` : 'Draw here. Shift rubs out.',
    x + 6,
    y + 15,
  )
  if (points.length) {
    const box = clearBox(square)
    ctx.strokeStyle = look.line
    ctx.beginPath()
    ctx.roundRect(box.x, box.y, box.width, box.height, 4)
    ctx.fillStyle = look.ground
    ctx.fill()
    ctx.stroke()
    ctx.fillStyle = look.text
    ctx.textAlign = 'center'
    ctx.fillText('clear', box.x + box.width / 2, box.y + 12)
  }
  ctx.restore()
}
