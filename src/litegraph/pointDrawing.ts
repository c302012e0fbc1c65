// Drawing of points by hand, in a square that covers [-2, 2] in both directions.
import { FONTS } from '../painters/theme.ts'

export interface Square {
  x: number
  y: number
  size: number
}

export interface DrawingColours {
  ground: string
  line: string
  grid: string
  point: string
  text: string
}

const darkDrawing: DrawingColours = {
  ground: '#191b1d',
  line: '#4a5056',
  grid: '#2c3034',
  point: '#64b5f6',
  text: '#9aa1a7',
}

export type Points = readonly (readonly [number, number])[]

const MARGIN = 15
/** Half the side of the square, in data units. */
export const REACH = 2
/** Minimal distance between two points, in data units. */
const MIN_DISTANCE = 0.03
/** Distance between the points of a quick stroke, in data units. */
const STROKE_STEP = 0.06
/** Radius of the eraser, in data units. */
const ERASE_RADIUS = 0.15
/** Maximal number of points. More would merge on the node. */
const MAX_POINTS = 4000

/** Returns the square on a node of this size, below `y`. */
export function drawingSquare(
  { 0: width = 0, 1: height = 0 }: ArrayLike<number>,
  y: number,
): Square {
  const size = Math.max(40, Math.min(width - 2 * MARGIN, height - y - 10))
  return { x: (width - size) / 2, y, size }
}

const roundCoordinate = (value: number) => Math.round(value * 1000) / 1000

export interface Brush {
  erase: boolean
  /** Radius in data units. 0 draws one point at a time and erases within a small radius. */
  size: number
}

/** Applies the brush with the pointer at (x, y): adds points or erases those near it. */
export function brushAt(
  points: Points,
  { x: left, y: top, size }: Square,
  x: number,
  y: number,
  brush: Brush,
): Points {
  return applyBrush(
    points,
    [((x - left) / size) * 2 * REACH - REACH, REACH - ((y - top) / size) * 2 * REACH],
    brush,
  )
}

/** Like {@link brushAt}, with the position in data units. */
export function applyBrush(
  points: Points,
  at: readonly [number, number],
  { erase, size }: Brush,
): Points {
  if (Math.max(...at.map(Math.abs)) > REACH) return points
  if (erase)
    return points.filter((point) => pointDistance(point, at) > Math.max(ERASE_RADIUS, size))
  const count = Math.max(1, Math.round((size / MIN_DISTANCE) ** 2 / 4))
  let drawn = points
  for (let i = 0; i < count; i++) {
    const set = count === 1 ? at : sprayPoint(at, size, points.length + i)
    drawn = addPoint(drawn, [roundCoordinate(set[0]), roundCoordinate(set[1])])
  }
  return drawn
}

const pointDistance = ([x, y]: readonly [number, number], at: readonly [number, number]) =>
  Math.hypot(x - at[0], y - at[1])

function addPoint(points: Points, set: [number, number]): Points {
  const outside = Math.max(...set.map(Math.abs)) > REACH
  return outside ||
    points.length >= MAX_POINTS ||
    points.some((point) => pointDistance(point, set) < MIN_DISTANCE)
    ? points
    : [...points, set]
}

/**
 * Distributes points evenly over the brush by the low-discrepancy sequence R2 (Roberts 2018). The
 * same stroke produces the same points.
 */
function sprayPoint(
  [x, y]: readonly [number, number],
  size: number,
  index: number,
): [number, number] {
  const [radius, angle] = [
    size * Math.sqrt((index * 0.754877666) % 1),
    2 * Math.PI * ((index * 0.569840291) % 1),
  ]
  return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
}

const isPoint = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)

/** Applies the brush along a line segment, without gaps at any pointer speed. */
export function brushAlong(
  points: Points,
  square: Square,
  from: readonly [number, number],
  to: readonly [number, number],
  brush: Brush,
): Points {
  const steps = Math.max(
    1,
    Math.ceil(
      (Math.hypot(to[0] - from[0], to[1] - from[1]) / square.size) * ((2 * REACH) / STROKE_STEP),
    ),
  )
  let drawn = points
  for (let i = 1; i <= steps; i++) {
    const share = i / steps
    drawn = brushAt(
      drawn,
      square,
      from[0] + (to[0] - from[0]) * share,
      from[1] + (to[1] - from[1]) * share,
      brush,
    )
  }
  return drawn
}

const clearBox = ({ x, y, size }: Square) => ({ x: x + size - 46, y: y + 4, width: 42, height: 16 })

export function hitsClear(square: Square, x: number, y: number): boolean {
  const box = clearBox(square)
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

/** Texts in the square. */
export interface DrawingWords {
  hint: string
  count(points: number): string
  clear: string
}

const englishDrawing: DrawingWords = {
  hint: 'Draw here. Shift rubs out.',
  count: (points) => `${points} ${points === 1 ? 'point' : 'points'}`,
  clear: 'clear',
}

/** Radius of a point in pixels. */
const POINT_RADIUS = 1.6

/**
 * The radius of points in pixels. `radius` names the param with the radius of discs, as a share of
 * the side; without one, points are dots.
 */
export function discRadius(
  properties: Readonly<Record<string, unknown>>,
  radius: string | undefined,
  { size }: Square,
): number {
  return Math.max(POINT_RADIUS, radiusShare(properties, radius) * size)
}

/** Radius of the eraser in data units: that of the discs, so that it removes those under it. */
export const eraserSize = (
  properties: Readonly<Record<string, unknown>>,
  radius: string | undefined,
): number => 2 * REACH * radiusShare(properties, radius)

function radiusShare(
  properties: Readonly<Record<string, unknown>>,
  radius: string | undefined,
): number {
  const share = radius === undefined ? 0 : Number(properties[radius])
  return Number.isFinite(share) ? share : 0
}

interface DrawingLook {
  colours?: DrawingColours
  words?: DrawingWords
  /** Radius of points in pixels. */
  radius?: number
}

export function drawPoints(
  ctx: CanvasRenderingContext2D,
  points: Points,
  square: Square,
  { colours: look = darkDrawing, words = englishDrawing, radius = POINT_RADIUS }: DrawingLook = {},
) {
  ctx.save()
  drawSquare(ctx, points, square, look, radius)
  ctx.font = `11px ${FONTS}`
  ctx.fillStyle = look.text
  ctx.textAlign = 'left'
  ctx.fillText(points.length ? words.count(points.length) : words.hint, square.x + 6, square.y + 15)
  if (points.length) drawClear(ctx, square, look, words.clear)
  ctx.restore()
}

function drawClear(
  ctx: CanvasRenderingContext2D,
  square: Square,
  look: DrawingColours,
  word: string,
) {
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

/** Draws the square and its points, without texts. Later drawing is clipped to the square. */
export function drawSquare(
  ctx: CanvasRenderingContext2D,
  points: Points,
  { x, y, size }: Square,
  look: DrawingColours,
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
    if (!isPoint(point)) continue
    const [px, py] = toSquare({ x, y, size }, point)
    ctx.beginPath()
    ctx.arc(px, py, radius, 0, 2 * Math.PI)
    ctx.fill()
  }
}

/** Converts a point to its position in the square, in pixels. */
export const toSquare = (
  { x, y, size }: Square,
  [px, py]: readonly [number, number],
): [number, number] => [
  x + ((px + REACH) / (2 * REACH)) * size,
  y + ((REACH - py) / (2 * REACH)) * size,
]
