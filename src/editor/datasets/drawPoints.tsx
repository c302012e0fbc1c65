// Dialog for drawing points: brush, eraser, undo and redo.
import { useState } from 'preact/hooks'
import type { Brush, Points } from '../../litegraph/pointDrawing.ts'
import { texts } from '../texts/texts.ts'
import type { Dialog } from '../ui/state.ts'
import { DrawingCanvas } from './drawingCanvas.tsx'

type DrawingRequest = Extract<Dialog, { kind: 'drawing' }>

/** Largest brush in data units. */
const MAX_BRUSH = 0.5

interface DrawPointsDialogProps {
  dialog: DrawingRequest
  close: () => void
}

export function DrawPointsDialog({ dialog, close }: DrawPointsDialogProps) {
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
      <h2 id="dialog-title">{dialog.radius > 0 ? words.paintTitle : words.title}</h2>
      <DrawingCanvas
        points={points}
        radius={dialog.radius}
        brush={brush}
        begin={begin}
        draw={draw}
      />
      <BrushTools brush={brush} onBrush={setBrush} />
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

/** Points with an undo history. `begin` starts a stroke, `draw` changes the points within it. */
function useStrokes(first: Points) {
  const [{ past, points, future }, setState] = useState({
    past: [] as Points[],
    points: first,
    future: [] as Points[],
  })
  return {
    points,
    begin: () => setState(({ past, points }) => ({ past: [...past, points], points, future: [] })),
    draw: (change: (points: Points) => Points) =>
      setState((state) => ({ ...state, points: change(state.points) })),
    undo: past.length
      ? () =>
          setState({
            past: past.slice(0, -1),
            points: past[past.length - 1],
            future: [points, ...future],
          })
      : undefined,
    redo: future.length
      ? () => setState({ past: [...past, points], points: future[0], future: future.slice(1) })
      : undefined,
  }
}

interface BrushToolsProps {
  brush: Brush
  onBrush: (brush: Brush) => void
}

function BrushTools({ brush, onBrush }: BrushToolsProps) {
  const words = texts.drawing
  return (
    <div class="tools">
      <fieldset class="bare">
        <legend class="hidden">{words.tool}</legend>
        <div class="segments">
          {([false, true] as const).map((erase) => (
            <label key={String(erase)}>
              <input
                type="radio"
                name="drawing-tool"
                checked={brush.erase === erase}
                onChange={() => onBrush({ ...brush, erase })}
              />
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
          max={MAX_BRUSH}
          step={0.05}
          value={brush.size}
          aria-valuetext={brush.size ? String(brush.size) : words.singlePoint}
          onInput={(event) => onBrush({ ...brush, size: event.currentTarget.valueAsNumber })}
        />
      </label>
    </div>
  )
}
