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

export type Points = readonly (readonly [number, number])[]

const MARGIN = 15
/** Of the square, in data units: from -2 to 2. */
export const REACH = 2
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

export interface Brush {
  erase: boolean
  /** Its radius in data units; 0: one point at a time, and what is near is rubbed out. */
  size: number
}

/** The points after the pointer was at (x, y): some more, or those near it rubbed out. */
export function pointAt(points: Points, { x: left, y: top, size }: Square, x: number, y: number, brush: Brush): Points {
  return dabbed(points, [((x - left) / size) * 2 * REACH - REACH, REACH - ((y - top) / size) * 2 * REACH], brush)
}

/** The same in data units. */
export function dabbed(points: Points, at: readonly [number, number], { erase, size }: Brush): Points {
  if (Math.max(...at.map(Math.abs)) > REACH) return points
  if (erase) return points.filter((point) => distance(point, at) > Math.max(RUB, size))
  const count = Math.max(1, Math.round((size / APART) ** 2 / 4))
  let drawn = points
  for (let i = 0; i < count; i++) {
    const set = count === 1 ? at : sprayed(at, size, points.length + i)
    drawn = withPoint(drawn, [round(set[0]), round(set[1])])
  }
  return drawn
}

const distance = ([x, y]: readonly [number, number], at: readonly [number, number]) => Math.hypot(x - at[0], y - at[1])

function withPoint(points: Points, set: [number, number]): Points {
  const outside = Math.max(...set.map(Math.abs)) > REACH
  return outside || points.length >= MOST || points.some((point) => distance(point, set) < APART) ? points : [...points, set]
}

/** Spread evenly over the brush, by the low-discrepancy sequence R2 (Roberts 2018): the same stroke gives the same points. */
function sprayed([x, y]: readonly [number, number], size: number, index: number): [number, number] {
  const [radius, angle] = [size * Math.sqrt((index * 0.754877666) % 1), 2 * Math.PI * ((index * 0.569840291) % 1)]
  return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
}

/** The points after the pointer went straight from one place to another: no gaps, however fast it was. */
export function pointsAlong(
  points: Points,
  square: Square,
  from: readonly [number, number],
  to: readonly [number, number],
  brush: Brush,
): Points {
  const steps = Math.max(1, Math.ceil((Math.hypot(to[0] - from[0], to[1] - from[1]) / square.size) * ((2 * REACH) / STRIDE)))
  let drawn = points
  for (let i = 1; i <= steps; i++) {
    const share = i / steps
    drawn = pointAt(drawn, square, from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, brush)
  }
  return drawn
}

const clearBox = ({ x, y, size }: Square) => ({ x: x + size - 46, y: y + 4, width: 42, height: 16 })

export function hitsClear(square: Square, x: number, y: number): boolean {
  const box = clearBox(square)
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

/** What is written into the square. */
export interface DrawingWords {
  hint: string
  count(points: number): string
  clear: string
}

const inEnglish: DrawingWords = {
  hint: 'Draw here. Shift rubs out.',
  count: (points) => `${points} ${points === 1 ? 'point' : 'points'}`,
  clear: 'clear',
}

export function drawPoints(
  ctx: CanvasRenderingContext2D,
  points: Points,
  square: Square,
  look: DrawingLook = dark,
  words: DrawingWords = inEnglish,
) {
  ctx.save()
  drawSquare(ctx, points, square, look, 1.6)
  ctx.font = `11px ${FONTS}`
  ctx.fillStyle = look.text
  ctx.textAlign = 'left'
  ctx.fillText(points.length ? words.count(points.length) : words.hint, square.x + 6, square.y + 15)
  if (points.length) drawClear(ctx, square, look, words.clear)
  ctx.restore()
}

function drawClear(ctx: CanvasRenderingContext2D, square: Square, look: DrawingLook, word: string) {
  const box = clearBox(square)
  ctx.strokeStyle = look.line
  ctx.beginPath()
  ctx.roundRect(box.x, box.y, box.width, box.height, 4)
  ctx.fillStyle = look.ground
  ctx.fill()
  ctx.stroke()
  ctx.fillStyle = look.text
  ctx.textAlign = 'center'
  ctx.fillText(word, box.x + box.width / 2, box.y + 12)
}

/** The square with its points and no words; what is drawn after it is cut at its border. */
export function drawSquare(
  ctx: CanvasRenderingContext2D,
  points: Points,
  { x, y, size }: Square,
  look: DrawingLook,
  radius: number,
) {
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
    const [px, py] = placeIn({ x, y, size }, point as unknown as [number, number])
    ctx.beginPath()
    ctx.arc(px, py, radius, 0, 2 * Math.PI)
    ctx.fill()
  }
}

/** Where a point is in the square. */
export const placeIn = ({ x, y, size }: Square, [px, py]: readonly [number, number]): [number, number] => [
  x + ((px + REACH) / (2 * REACH)) * size,
  y + ((REACH - py) / (2 * REACH)) * size,
]
