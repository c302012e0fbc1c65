// Points drawn by hand, large: with a brush, a rubber and steps back; by pointer, finger or keys.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { dabbed, drawSquare, placeIn, pointsAlong, REACH, type Brush, type Points } from '../../nodes/litegraph/drawing.ts'
import { useEditor } from '../context.ts'
import { drawingLook } from '../look/widgets.ts'
import type { Dialog } from '../state.ts'
import { texts } from '../texts.ts'

type DrawingOf = Extract<Dialog, { kind: 'drawing' }>

/** In pixels, and the brush at its widest in data units. */
const [SIDE, WIDEST] = [420, 0.5]
const SQUARE = { x: 0, y: 0, size: SIDE }
/** How far an arrow key moves the cross, in data units. */
const STEP = 0.1

export function DrawPoints({ dialog, close }: { dialog: DrawingOf; close: () => void }) {
  const { points, begin, draw, undo, redo } = useStrokes(dialog.points)
  const [brush, setBrush] = useState<Brush>({ erase: false, size: 0 })
  const words = texts.drawing
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
    event.preventDefault()
    ;(event.shiftKey ? redo : undo)?.()
  }
  const clear = () => {
    begin()
    draw(() => [])
  }
  return (
    <form
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault()
        close()
        dialog.done(points)
      }}
    >
      <h2 id="dialog-title">{words.title}</h2>
      <Board points={points} brush={brush} begin={begin} draw={draw} />
      <Tools brush={brush} set={setBrush} />
      <div class="strokes">
        <output aria-live="polite">{words.count(points.length)}</output>
        <button type="button" class="button small" disabled={!undo} onClick={undo}>
          {texts.top.undo}
        </button>
        <button type="button" class="button small" disabled={!redo} onClick={redo}>
          {texts.top.redo}
        </button>
        <button type="button" class="button small" disabled={!points.length} onClick={clear}>
          {texts.panel.clear}
        </button>
      </div>
      <div class="answers">
        <button type="button" class="button" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary">
          {texts.dialogs.ok}
        </button>
      </div>
    </form>
  )
}

/** What is drawn, stroke by stroke: a stroke begins, and is then drawn on. */
function useStrokes(first: Points) {
  const [{ past, points, future }, set] = useState({ past: [] as Points[], points: first, future: [] as Points[] })
  return {
    points,
    begin: () => set((now) => ({ past: [...now.past, now.points], points: now.points, future: [] })),
    draw: (change: (points: Points) => Points) => set((now) => ({ ...now, points: change(now.points) })),
    undo: past.length ? () => set({ past: past.slice(0, -1), points: past.at(-1)!, future: [points, ...future] }) : undefined,
    redo: future.length ? () => set({ past: [...past, points], points: future[0]!, future: future.slice(1) }) : undefined,
  }
}

function Tools({ brush, set }: { brush: Brush; set: (brush: Brush) => void }) {
  const words = texts.drawing
  return (
    <div class="tools">
      <fieldset class="bare">
        <legend class="hidden">{words.tool}</legend>
        <div class="segments">
          {([false, true] as const).map((erase) => (
            <label key={String(erase)}>
              <input type="radio" name="drawing-tool" checked={brush.erase === erase} onChange={() => set({ ...brush, erase })} />
              <span>{erase ? words.erase : words.draw}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label class="brush">
        <span>{words.brush}</span>
        <input
          type="range"
          min={0}
          max={WIDEST}
          step={0.05}
          value={brush.size}
          aria-valuetext={brush.size ? String(brush.size) : words.finest}
          onInput={(event) => set({ ...brush, size: event.currentTarget.valueAsNumber })}
        />
      </label>
    </div>
  )
}

interface BoardProps {
  points: Points
  brush: Brush
  begin: () => void
  draw: (change: (points: Points) => Points) => void
}

type Place = readonly [number, number]

function Board({ points, brush, begin, draw }: BoardProps) {
  const { stage } = useEditor()
  const canvas = useRef<HTMLCanvasElement>(null)
  const tip = useRef<Place>(undefined)
  /** Of the keys, in data units; none until they are used. */
  const [cross, setCross] = useState<Place>()
  const [pointer, setPointer] = useState<Place>()
  useEffect(() => canvas.current!.focus(), [])
  useLayoutEffect(() => paint(canvas.current!, points, drawingLook(stage.colours), { brush, cross, pointer }))
  const placeOf = ({ clientX, clientY }: PointerEvent): Place => {
    const { left, top, width } = canvas.current!.getBoundingClientRect()
    return [((clientX - left) * SIDE) / width, ((clientY - top) * SIDE) / width]
  }
  const stroke = (event: PointerEvent) => {
    const [from, to] = [tip.current, placeOf(event)]
    setPointer(to)
    if (!from) return
    const erase = brush.erase || event.shiftKey || (event.buttons & 2) !== 0
    draw((now) => pointsAlong(now, SQUARE, from, to, { ...brush, erase }))
    tip.current = to
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [x, y] = cross ?? [0, 0]
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key]
    if (by) setCross([within(x + by[0]!), within(y + by[1]!)])
    else if (event.key === ' ') {
      begin()
      draw((now) => dabbed(now, [x, y], brush))
      setCross([x, y])
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
      onPointerDown={(event) => {
        canvas.current!.setPointerCapture(event.pointerId)
        tip.current = placeOf(event)
        begin()
        stroke(event)
      }}
      onPointerMove={stroke}
      onPointerUp={() => (tip.current = undefined)}
      onPointerCancel={() => (tip.current = undefined)}
      onPointerLeave={() => setPointer(undefined)}
    />
  )
}

const within = (value: number) => Math.round(Math.min(REACH, Math.max(-REACH, value)) * 100) / 100

interface Marks {
  brush: Brush
  cross: Place | undefined
  pointer: Place | undefined
}

function paint(
  canvas: HTMLCanvasElement,
  points: Points,
  look: ReturnType<typeof drawingLook>,
  { brush, cross, pointer }: Marks,
) {
  const dense = devicePixelRatio
  Object.assign(canvas, { width: SIDE * dense, height: SIDE * dense })
  const ctx = canvas.getContext('2d')!
  ctx.scale(dense, dense)
  drawSquare(ctx, points, SQUARE, look, 2.2)
  ctx.strokeStyle = look.text
  const around = (at: Place, radius: number) => {
    ctx.beginPath()
    ctx.arc(at[0], at[1], radius, 0, 2 * Math.PI)
    ctx.stroke()
  }
  const radius = Math.max(brush.erase ? 0.15 : 0.04, brush.size) * (SIDE / (2 * REACH))
  if (pointer) around(pointer, radius)
  if (!cross) return
  const at = placeIn(SQUARE, cross)
  around(at, radius)
  ctx.beginPath()
  ctx.moveTo(at[0] - 9, at[1])
  ctx.lineTo(at[0] + 9, at[1])
  ctx.moveTo(at[0], at[1] - 9)
  ctx.lineTo(at[0], at[1] + 9)
  ctx.stroke()
}
