// What the pointer does to a plot: a bare drag chooses a part, with Shift it moves, the wheel draws out; fingers move and pinch.
import type uPlot from 'uplot'
import type { Range } from '../../nodes/views/lines.ts'

export interface PlotEvents {
  /** The pointer is at a place along x, or has left. */
  pointed(x: number | undefined): void
  /** A part was chosen by dragging; an axis that was not meant is left out. */
  chosen(zoom: Partial<Range>): void
  /** To be drawn out by a factor around a place, by its shares of the axes. */
  zoomed(axis: 'x' | 'y', share: number, factor: number): void
  /** To be moved, by shares of what is seen. */
  moved(x: number, y: number): void
  reset(): void
}

/** The part that was dragged over; as good as all of an axis means none of it. */
export function choose(self: uPlot, events: PlotEvents) {
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
  if (zoom.x || zoom.y) events.chosen(zoom)
}

/** Shift or the middle button moves what is seen; a bare press begins to choose a part of it. */
export function pressed(self: uPlot, event: MouseEvent, choosing: (event: MouseEvent) => null, events: PlotEvents): null {
  if (event.button === 0 && !event.shiftKey) return choosing(event)
  if (event.button > 1) return null
  event.preventDefault()
  let [x, y] = [event.clientX, event.clientY]
  const { width, height } = self.over.getBoundingClientRect()
  const move = (next: MouseEvent) => {
    events.moved(-(next.clientX - x) / width, (next.clientY - y) / height)
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

/** Wheel and fingers, which uPlot does not hear. `moving` is called before a finger moves the cursor. */
export function listen(self: uPlot, events: PlotEvents, moving: () => void) {
  self.root.addEventListener('wheel', (event) => turned(self, event, events), { passive: false })
  const down = new Map<number, [number, number]>()
  const ended = ({ pointerId }: PointerEvent) => void down.delete(pointerId)
  const point = ({ clientX, clientY }: PointerEvent) => {
    const { left, top } = self.over.getBoundingClientRect()
    moving()
    self.setCursor({ left: clientX - left, top: clientY - top })
  }
  self.over.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return
    self.over.setPointerCapture(event.pointerId)
    down.set(event.pointerId, [event.clientX, event.clientY])
    if (down.size === 1) point(event)
  })
  self.over.addEventListener('pointermove', (event) => {
    const before = [...down.values()]
    if (!down.has(event.pointerId)) return
    down.set(event.pointerId, [event.clientX, event.clientY])
    fingers(self, before, [...down.values()], events)
    if (down.size === 1) point(event)
  })
  self.over.addEventListener('pointerup', ended)
  self.over.addEventListener('pointercancel', ended)
}

/** The wheel draws out x, with Shift or over the numbers of y that axis; sideways it moves. */
function turned(self: uPlot, event: WheelEvent, events: PlotEvents) {
  event.preventDefault()
  const { left, top, width, height } = self.over.getBoundingClientRect()
  if (!event.shiftKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return events.moved(event.deltaX / width, 0)
  const factor = Math.exp(-(event.deltaY || event.deltaX) * (event.ctrlKey ? 0.01 : 0.002))
  const [x, y] = [(event.clientX - left) / width, 1 - (event.clientY - top) / height]
  const axis = event.shiftKey || x < 0 ? 'y' : 'x'
  events.zoomed(axis, Math.min(1, Math.max(0, axis === 'x' ? x : y)), factor)
}

type Places = readonly (readonly [number, number])[]

/** One finger moves along x, two move and draw it out. */
export function fingers(self: uPlot, before: Places, after: Places, events: PlotEvents) {
  const { left, width } = self.over.getBoundingClientRect()
  const middle = (places: Places) => places.reduce((sum, [x]) => sum + x, 0) / places.length
  const apart = ([one, other]: Places) => (one && other ? Math.max(8, Math.abs(one[0] - other[0])) : 1)
  events.moved(-(middle(after) - middle(before)) / width, 0)
  if (after.length > 1) events.zoomed('x', (middle(after) - left) / width, apart(after) / apart(before))
}
