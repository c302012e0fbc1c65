// Canvas for drawing points, by pointer, touch or keys.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import {
  applyBrush,
  brushAlong,
  drawSquare,
  REACH,
  toSquare,
  type Brush,
  type DrawingColours,
  type Points,
} from '../../litegraph/pointDrawing.ts'
import { drawingColours } from '../canvas/paint/widgets.ts'
import { useRunning } from '../running/services.ts'
import { texts } from '../texts/texts.ts'

/** Side of the canvas in CSS pixels. */
const SIDE = 420
const SQUARE = { x: 0, y: 0, size: SIDE }
/** Step of an arrow key, in data units. */
const STEP = 0.1

type Position = readonly [number, number]

interface DrawingCanvasProps {
  points: Points
  /** Radius of the discs that points stand for, as a share of the side; 0 for dots. */
  radius: number
  brush: Brush
  /** Starts a stroke, which is one undo step. */
  begin: () => void
  draw: (change: (points: Points) => Points) => void
}

export function DrawingCanvas({ points, radius, brush, begin, draw }: DrawingCanvasProps) {
  const { stage } = useRunning()
  const canvas = useFirstFocus<HTMLCanvasElement>()
  /** Keyboard cursor in data units; undefined until keys are used. */
  const [cursor, setCursor] = useState<Position>()
  // The eraser removes the discs under it.
  const eraser = { ...brush, size: Math.max(brush.size, 2 * REACH * radius) }
  const { pointer, ...pointerEvents } = useStroke(brush, eraser, begin, draw)
  useLayoutEffect(() => {
    if (canvas.current)
      paintDrawnPoints(canvas.current, points, drawingColours(stage.colours), {
        radius,
        brush,
        cursor,
        pointer,
      })
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const [x, y] = cursor ?? [0, 0]
    const step = arrowStep(event.key)
    if (step) setCursor([limit(x + step[0]), limit(y + step[1])])
    else if (event.key === ' ') {
      begin()
      draw((current) => applyBrush(current, [x, y], brush.erase ? eraser : brush))
      setCursor([x, y])
    } else return
    event.preventDefault()
  }
  return (
    <canvas
      ref={canvas}
      class="board"
      tabIndex={0}
      role="application"
      aria-label={texts.drawing.label}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
      {...pointerEvents}
    />
  )
}

/** Strokes by pointer. Shift or the right button erases. */
function useStroke(
  brush: Brush,
  eraser: Brush,
  begin: DrawingCanvasProps['begin'],
  draw: DrawingCanvasProps['draw'],
) {
  const last = useRef<Position>(undefined)
  const [pointer, setPointer] = useState<Position>()
  const stroke = (event: PointerEvent) => {
    const [from, to] = [last.current, pointerPosition(event)]
    setPointer(to)
    if (!from) return
    const erase = brush.erase || event.shiftKey || (event.buttons & 2) !== 0
    draw((current) => brushAlong(current, SQUARE, from, to, { ...(erase ? eraser : brush), erase }))
    last.current = to
  }
  const end = () => (last.current = undefined)
  return {
    pointer,
    onPointerDown(event: PointerEvent) {
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      last.current = pointerPosition(event)
      begin()
      stroke(event)
    },
    onPointerMove: stroke,
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: () => setPointer(undefined),
  }
}

/** Position of a pointer on the canvas, which may be scaled on the page. */
function pointerPosition({ clientX, clientY, currentTarget }: PointerEvent): Position {
  const { left, top, width } = (currentTarget as Element).getBoundingClientRect()
  return [((clientX - left) * SIDE) / width, ((clientY - top) * SIDE) / width]
}

const arrowStep = (key: string): Position | undefined =>
  ({
    ArrowLeft: [-STEP, 0] as const,
    ArrowRight: [STEP, 0] as const,
    ArrowUp: [0, STEP] as const,
    ArrowDown: [0, -STEP] as const,
  })[key]

/** Limits a coordinate to the square and rounds it. */
const limit = (value: number) => Math.round(Math.min(REACH, Math.max(-REACH, value)) * 100) / 100

interface PaintLook {
  /** Radius of points as a share of the side. */
  radius: number
  brush: Brush
  cursor: Position | undefined
  pointer: Position | undefined
}

function paintDrawnPoints(
  canvas: HTMLCanvasElement,
  points: Points,
  colours: DrawingColours,
  { radius: share, brush, cursor, pointer }: PaintLook,
) {
  const density = devicePixelRatio
  Object.assign(canvas, { width: SIDE * density, height: SIDE * density })
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.scale(density, density)
  drawSquare(ctx, points, SQUARE, colours, Math.max(2.2, share * SIDE))
  ctx.strokeStyle = colours.text
  const radius =
    Math.max(brush.erase ? 0.15 : 0.04, brush.size, 2 * REACH * share) * (SIDE / (2 * REACH))
  if (pointer) paintCircle(ctx, pointer, radius)
  if (!cursor) return
  const [x, y] = toSquare(SQUARE, cursor)
  paintCircle(ctx, [x, y], radius)
  ctx.beginPath()
  ctx.moveTo(x - 9, y)
  ctx.lineTo(x + 9, y)
  ctx.moveTo(x, y - 9)
  ctx.lineTo(x, y + 9)
  ctx.stroke()
}

function paintCircle(ctx: CanvasRenderingContext2D, [x, y]: Position, radius: number) {
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.stroke()
}
