// Wheel and two fingers zoom where they are, dragging pans, a double-click goes near and back.
import type { Place, Sight } from './pane.tsx'

interface Now {
  current: { sight: Sight; onPlace: (at: Place | undefined) => void }
}

/** A wheel's notch is as much as a hand's width on a trackpad. */
const FASTEST = 60

/** What lies on top of the picture and is dragged itself. */
const isOnTop = ({ target }: Event) => (target as Element).closest('[role=slider]') !== null

/** Returns its own undo. */
export function listenToGestures(element: HTMLElement, now: Now): () => void {
  const ending = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(type: K, call: (event: HTMLElementEventMap[K]) => void) =>
    element.addEventListener(type, call, { passive: false, signal: ending.signal })
  const down = new Map<number, Place>()
  const placeOf = ({ clientX, clientY }: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }
  on('pointerdown', (event) => {
    if (event.button !== 0 || isOnTop(event)) return
    element.setPointerCapture(event.pointerId)
    down.set(event.pointerId, placeOf(event))
    // A finger has not come over it before.
    if (event.pointerType === 'touch') now.current.onPlace(placeOf(event))
  })
  on('pointermove', (event) => {
    const at = placeOf(event)
    now.current.onPlace(at)
    const before = down.get(event.pointerId)
    if (!before) return
    const [one, other] = down.values()
    down.set(event.pointerId, at)
    const [oneNow, otherNow] = down.values()
    if (other) pinch(now.current.sight, [one!, other], [oneNow!, otherNow!])
    else now.current.sight.pan(at[0] - before[0], at[1] - before[1])
  })
  for (const type of ['pointerup', 'pointercancel'] as const) on(type, ({ pointerId }) => void down.delete(pointerId))
  // A finger that is lifted leaves too: what it was on is still told.
  on('pointerleave', ({ pointerType }) => pointerType !== 'touch' && now.current.onPlace(undefined))
  on('wheel', (event) => {
    event.preventDefault()
    const step = Math.sign(event.deltaY) * Math.min(FASTEST, Math.abs(event.deltaY))
    now.current.sight.zoom(Math.exp(-step * (event.ctrlKey ? 0.012 : 0.004)), placeOf(event))
  })
  on('dblclick', (event) => {
    const { fits, fit, zoom } = now.current.sight
    if (isOnTop(event)) return
    if (fits) zoom(4, placeOf(event))
    else fit()
  })
  return () => ending.abort()
}

function pinch({ zoom, pan }: Sight, before: [Place, Place], after: [Place, Place]) {
  const apart = ([a, b]: [Place, Place]) => Math.hypot(a[0] - b[0], a[1] - b[1])
  const middle = ([a, b]: [Place, Place]): Place => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  const [from, to] = [middle(before), middle(after)]
  pan(to[0] - from[0], to[1] - from[1])
  zoom(apart(after) / (apart(before) || 1), to)
}
