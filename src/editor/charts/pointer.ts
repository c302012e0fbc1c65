// Pointer gestures of a plot: drag selects, Shift+drag pans, wheel zooms, fingers pan and pinch.
import type uPlot from 'uplot'
import type { Range } from '../../painters/lines.ts'

export interface PlotEvents {
  /** The pointer moved to a position along x, or left the plot (undefined). */
  hover(x: number | undefined): void
  /** A drag selected a range of one or both axes. */
  select(zoom: Partial<Range>): void
  /** Zooms an axis by a factor around a position, given as a fraction of the axis. */
  zoom(axis: 'x' | 'y', share: number, factor: number): void
  /** Pans by fractions of the visible range. */
  pan(x: number, y: number): void
  reset(): void
}

/** Reports the dragged selection. An axis that is selected nearly in full is left out. */
export function selectRange(self: uPlot, events: PlotEvents) {
  const { left, top, width, height } = self.select
  if (!width && !height) return
  const { width: wide, height: high } = self.over.getBoundingClientRect()
  const between = (axis: 'x' | 'y', from: number, to: number): [number, number] => [
    self.posToVal(from, axis),
    self.posToVal(to, axis),
  ]
  self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  const zoom: Partial<Range> = {}
  if (width < wide - 1) zoom.x = between('x', left, left + width)
  if (height < high - 1) zoom.y = between('y', top + height, top)
  if (zoom.x || zoom.y) events.select(zoom)
}

/** Pans with Shift or the middle button; otherwise starts a selection. */
export function startDrag(
  self: uPlot,
  event: MouseEvent,
  select: (event: MouseEvent) => null,
  events: PlotEvents,
): null {
  if (event.button === 0 && !event.shiftKey) return select(event)
  if (event.button > 1) return null
  event.preventDefault()
  let [x, y] = [event.clientX, event.clientY]
  const { width, height } = self.over.getBoundingClientRect()
  const move = (next: MouseEvent) => {
    events.pan(-(next.clientX - x) / width, (next.clientY - y) / height)
    ;[x, y] = [next.clientX, next.clientY]
  }
  const up = () => {
    document.removeEventListener('mousemove', move)
    document.removeEventListener('mouseup', up)
  }
  document.addEventListener('mousemove', move)
  document.addEventListener('mouseup', up)
  return null
}

/** The pointer that was last over the plot. */
export interface LastPointer {
  isTouch: boolean
}

/** Adds wheel and touch, which uPlot lacks. `moving` runs before a finger moves the cursor. */
export function listenToWheelAndTouch(
  self: uPlot,
  events: PlotEvents,
  moving: () => void,
  last: LastPointer,
) {
  self.root.addEventListener('wheel', (event) => zoomByWheel(self, event, events), {
    passive: false,
  })
  const down = new Map<number, [number, number]>()
  const ended = ({ pointerId }: PointerEvent) => void down.delete(pointerId)
  const point = ({ clientX, clientY }: PointerEvent) => {
    const { left, top } = self.over.getBoundingClientRect()
    moving()
    self.setCursor({ left: clientX - left, top: clientY - top })
  }
  self.over.addEventListener('pointerdown', (event) => {
    last.isTouch = event.pointerType === 'touch'
    if (!last.isTouch) return
    self.over.setPointerCapture(event.pointerId)
    down.set(event.pointerId, [event.clientX, event.clientY])
    if (down.size === 1) point(event)
  })
  self.over.addEventListener('pointermove', (event) => {
    last.isTouch = event.pointerType === 'touch'
    const before = [...down.values()]
    if (!down.has(event.pointerId)) return
    down.set(event.pointerId, [event.clientX, event.clientY])
    panAndPinch(self, before, [...down.values()], events)
    if (down.size === 1) point(event)
  })
  self.over.addEventListener('pointerup', ended)
  self.over.addEventListener('pointercancel', ended)
}

/** Zooms x, or y with Shift or over the y labels. A horizontal wheel pans. */
function zoomByWheel(self: uPlot, event: WheelEvent, events: PlotEvents) {
  event.preventDefault()
  const { left, top, width, height } = self.over.getBoundingClientRect()
  if (!event.shiftKey && Math.abs(event.deltaX) > Math.abs(event.deltaY))
    return events.pan(event.deltaX / width, 0)
  const factor = Math.exp(-(event.deltaY || event.deltaX) * (event.ctrlKey ? 0.01 : 0.002))
  const [x, y] = [(event.clientX - left) / width, 1 - (event.clientY - top) / height]
  const axis = event.shiftKey || x < 0 ? 'y' : 'x'
  events.zoom(axis, Math.min(1, Math.max(0, axis === 'x' ? x : y)), factor)
}

type TouchPoints = readonly (readonly [number, number])[]

/** Pans along x with one finger; pans and zooms with two. */
export function panAndPinch(
  self: uPlot,
  before: TouchPoints,
  after: TouchPoints,
  events: PlotEvents,
) {
  const { left, width } = self.over.getBoundingClientRect()
  const middle = (points: TouchPoints) => points.reduce((sum, [x]) => sum + x, 0) / points.length
  const distance = ([one, other]: TouchPoints) =>
    one && other ? Math.max(8, Math.abs(one[0] - other[0])) : 1
  events.pan(-(middle(after) - middle(before)) / width, 0)
  if (after.length > 1)
    events.zoom('x', (middle(after) - left) / width, distance(after) / distance(before))
}
