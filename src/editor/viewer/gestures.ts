// Gestures of a pane: wheel and pinch zoom, drag pans, double-click zooms in and out.
import type { PanZoom, Position } from './panZoom.ts'

/** Ref to the latest state, since listeners outlive a render. */
interface GestureTarget {
  current: { panZoom: PanZoom; onHover: (position: Position | undefined) => void }
}

/** Limits a wheel notch to the effect of a swipe on a trackpad. */
const MAX_WHEEL_STEP = 60

/** True on the divider, which handles its own drags. */
const isOnSlider = ({ target }: Event) => (target as Element).closest('[role=slider]') !== null

/** Returns a function that removes the listeners. */
export function listenToGestures(element: HTMLElement, target: GestureTarget): () => void {
  const controller = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    call: (event: HTMLElementEventMap[K]) => void,
  ) => element.addEventListener(type, call, { passive: false, signal: controller.signal })
  const pointerPosition = ({ clientX, clientY }: MouseEvent): Position => {
    const { left, top } = element.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }
  listenToDrags(on, element, target, pointerPosition)
  on('wheel', (event) => {
    event.preventDefault()
    const step = Math.sign(event.deltaY) * Math.min(MAX_WHEEL_STEP, Math.abs(event.deltaY))
    const factor = Math.exp(-step * (event.ctrlKey ? 0.012 : 0.004))
    target.current.panZoom.zoom(factor, pointerPosition(event))
  })
  on('dblclick', (event) => {
    const { fits, fit, zoom } = target.current.panZoom
    if (isOnSlider(event)) return
    if (fits) zoom(4, pointerPosition(event))
    else fit()
  })
  return () => controller.abort()
}

function listenToDrags(
  on: (
    type: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel' | 'pointerleave',
    call: (event: PointerEvent) => void,
  ) => void,
  element: HTMLElement,
  target: GestureTarget,
  pointerPosition: (event: MouseEvent) => Position,
) {
  const pressed = new Map<number, Position>()
  on('pointerdown', (event) => {
    if (event.button !== 0 || isOnSlider(event)) return
    element.setPointerCapture(event.pointerId)
    pressed.set(event.pointerId, pointerPosition(event))
    // A finger sends no move before it touches.
    if (event.pointerType === 'touch') target.current.onHover(pointerPosition(event))
  })
  on('pointermove', (event) => {
    const { panZoom, onHover } = target.current
    const position = pointerPosition(event)
    onHover(position)
    const last = pressed.get(event.pointerId)
    if (!last) return
    const [one, other] = pressed.values()
    pressed.set(event.pointerId, position)
    const [movedOne, movedOther] = pressed.values()
    if (other) applyPinch(panZoom, [one, other], [movedOne, movedOther])
    else panZoom.pan(position[0] - last[0], position[1] - last[1])
  })
  const release = ({ pointerId }: PointerEvent) => void pressed.delete(pointerId)
  on('pointerup', release)
  on('pointercancel', release)
  // Lifting a finger also fires pointerleave; the value under it stays displayed.
  on('pointerleave', ({ pointerType }) => {
    if (pointerType !== 'touch') target.current.onHover(undefined)
  })
}

function applyPinch(
  { zoom, pan }: PanZoom,
  before: [Position, Position],
  after: [Position, Position],
) {
  const distance = ([a, b]: [Position, Position]) => Math.hypot(a[0] - b[0], a[1] - b[1])
  const middle = ([a, b]: [Position, Position]): Position => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  const [from, to] = [middle(before), middle(after)]
  pan(to[0] - from[0], to[1] - from[1])
  zoom(distance(after) / (distance(before) || 1), to)
}
