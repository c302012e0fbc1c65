// Touch input of the canvas. litegraph handles only mouse events, and browsers send none for a
// moving finger. One finger pans on empty canvas and acts as litegraph's mouse elsewhere, two
// fingers zoom and pan, and a long press opens the menu.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { toGraphPoint } from './camera.ts'
import type { EditorCanvas, LGraphNode } from './canvas.ts'
import type { Point } from '../ui/geometry.ts'
import { canvasTool } from './state.ts'
import { findTouchTarget } from './touchTargets.ts'
import { getDraggedWire } from './wireChecks.ts'

/** Shorter moves of a finger are ignored, in CSS pixels. */
const SLOP = 9
/** Duration of a long press, in milliseconds. */
const LONG_PRESS = 500
/** Maximal time (ms) and distance (CSS px) between the taps of a double tap. */
const DOUBLE_TAP = { within: 400, near: 28 }

type Gesture =
  | { kind: 'none' }
  /** A finger is down, and the gesture is not yet known. */
  | { kind: 'undecided'; at: Point; timer: ReturnType<typeof setTimeout> }
  /** The finger acts as litegraph's mouse with the button down. */
  | { kind: 'drag'; last: Point }
  | { kind: 'pan'; last: Point }
  | { kind: 'pinch'; last: Pinch }

interface Pinch {
  middle: Point
  distance: number
}

/** Handles touches on the canvas. Ignores a touch whose default is already prevented. */
export function listenToTouch(canvas: EditorCanvas) {
  const { canvas: element } = canvas
  const touch = new TouchInput(canvas)
  const options = { passive: false }
  element.addEventListener('touchstart', (event) => touch.start(event), options)
  element.addEventListener('touchmove', (event) => touch.move(event), options)
  element.addEventListener('touchend', (event) => touch.end(event), options)
  element.addEventListener('touchcancel', (event) => touch.end(event), options)
}

class TouchInput {
  private readonly mouse: TouchMouse
  private gesture: Gesture = { kind: 'none' }

  constructor(private readonly canvas: EditorCanvas) {
    this.mouse = new TouchMouse(canvas)
  }

  start(event: TouchEvent) {
    if (this.gesture.kind === 'undecided') clearTimeout(this.gesture.timer)
    if (event.defaultPrevented) return void (this.gesture = { kind: 'none' })
    event.preventDefault()
    const [first, second] = touchPoints(event)
    // A second finger does not interrupt a drag.
    if (this.gesture.kind === 'drag') return
    this.gesture = second
      ? { kind: 'pinch', last: measurePinch(first, second) }
      : this.startUndecided(first)
  }

  move(event: TouchEvent) {
    if (this.gesture.kind === 'none') return
    event.preventDefault()
    const { canvas } = this
    const [first, second] = touchPoints(event)
    if (this.gesture.kind === 'undecided' && touchDistance(first, this.gesture.at) > SLOP) {
      clearTimeout(this.gesture.timer)
      this.gesture = this.startDragOrPan(this.gesture.at)
    }
    const { gesture } = this
    if (gesture.kind === 'pan') panCamera(canvas, gesture.last, (gesture.last = first))
    else if (gesture.kind === 'pinch' && second)
      pinchCamera(canvas, gesture.last, (gesture.last = measurePinch(first, second)))
    else if (gesture.kind === 'drag') this.mouse.drag((gesture.last = first))
  }

  end(event: TouchEvent) {
    const { gesture } = this
    if (gesture.kind === 'none') return
    event.preventDefault()
    const remaining = touchPoints(event).at(0)
    if (gesture.kind === 'undecided') {
      clearTimeout(gesture.timer)
      if (event.type === 'touchend') this.tap(gesture.at, event.timeStamp)
    } else if (gesture.kind === 'drag') {
      if (remaining) return
      this.mouse.release(gesture.last)
    }
    this.gesture = remaining ? { kind: 'pan', last: remaining } : { kind: 'none' }
  }

  /** @param time time stamp of the event in ms */
  private tap(at: Point, time: number) {
    const { canvas } = this
    const [x, y] = toGraphPoint(canvas, at)
    const node = canvas.graph.getNodeOnPos(x, y, canvas.visible_nodes, 5)
    const isSingle = this.mouse.tap(at, time)
    // A tap on a widget changes its value.
    if (isSingle && !(node && isOnWidget(node, y))) canvas.hooks.tapped(node ?? undefined)
  }

  private startUndecided(at: Point): Gesture {
    const timer = setTimeout(() => {
      this.gesture = { kind: 'none' }
      this.mouse.openMenu(at)
    }, LONG_PRESS)
    return { kind: 'undecided', at, timer }
  }

  private startDragOrPan(at: Point): Gesture {
    const tool = canvasTool.peek()
    if (tool === 'hand') return { kind: 'pan', last: at }
    const from = tool === 'cut' ? at : (findTouchTarget(this.canvas, at)?.place ?? at)
    if (tool !== 'cut' && !isGrabbable(this.canvas, from)) return { kind: 'pan', last: at }
    this.mouse.press(from)
    return { kind: 'drag', last: at }
  }
}

/** Sends mouse events to litegraph. */
class TouchMouse {
  private lastTap: { at: Point; time: number } | undefined

  constructor(private readonly canvas: EditorCanvas) {}

  press(at: Point, button = 0) {
    // litegraph measures from the last mouse position.
    this.send('mousemove', at)
    this.send('mousedown', at, button)
  }

  drag(at: Point) {
    this.send('mousemove', this.snapWire(at))
  }

  release(at: Point) {
    this.send('mouseup', this.snapWire(at))
  }

  openMenu(at: Point) {
    this.press(at, 2)
    this.send('mouseup', at, 2)
  }

  /**
   * Returns false for the second tap of a double tap.
   * @param time time stamp of the event in ms: a busy page receives events late
   */
  tap(at: Point, time: number): boolean {
    const first = this.lastTap
    const isDouble =
      first &&
      time - first.time < DOUBLE_TAP.within &&
      touchDistance(at, first.at) < DOUBLE_TAP.near
    // The second tap may be too late and too far for a double-click in litegraph.
    if (isDouble) this.canvas.last_mouseclick = LiteGraph.getTime()
    const place = isDouble ? first.at : at
    this.lastTap = isDouble ? undefined : { at, time }
    this.press(place)
    this.send('mouseup', place)
    if (isDouble) this.send('dblclick', place)
    return !isDouble
  }

  /** Snaps a dragged wire to the nearest slot that accepts it. */
  private snapWire(at: Point): Point {
    const wire = getDraggedWire(this.canvas)
    return (wire && findTouchTarget(this.canvas, at, wire)?.place) ?? at
  }

  private send(
    type: 'mousemove' | 'mousedown' | 'mouseup' | 'dblclick',
    [clientX, clientY]: Point,
    button = 0,
  ) {
    const shared = { bubbles: true, cancelable: true, buttons: 1 }
    this.canvas.canvas.dispatchEvent(new MouseEvent(type, { ...shared, clientX, clientY, button }))
  }
}

/** True if a height in the graph is that of a widget of a node. */
const isOnWidget = ({ widgets = [], pos, size, flags }: LGraphNode, y: number): boolean =>
  !flags.collapsed &&
  widgets.some((widget) => {
    const { last_y: top } = widget
    const height = widget.computeSize?.(size[0])[1] ?? LiteGraph.NODE_WIDGET_HEIGHT
    return top !== undefined && y >= pos[1] + top && y <= pos[1] + top + height
  })

/** True if there is a node, or the handle of a group, to drag. */
function isGrabbable(canvas: EditorCanvas, page: Point): boolean {
  const [x, y] = toGraphPoint(canvas, page)
  return Boolean(
    canvas.graph.getNodeOnPos(x, y, canvas.visible_nodes, 5) ?? canvas.graph.getGroupOnPos(x, y),
  )
}

// ---- camera

function panCamera(canvas: EditorCanvas, from: Point, to: Point) {
  const { scale, offset } = canvas.ds
  offset[0] += (to[0] - from[0]) / scale
  offset[1] += (to[1] - from[1]) / scale
  canvas.setDirty(true, true)
}

function pinchCamera(canvas: EditorCanvas, from: Pinch, to: Pinch) {
  panCamera(canvas, from.middle, to.middle)
  canvas.camera.changeScale(canvas.ds.scale * (to.distance / from.distance), to.middle)
}

// ---- geometry

const touchPoints = ({ touches }: TouchEvent): Point[] =>
  [...touches].map(({ clientX, clientY }) => [clientX, clientY])

const touchDistance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1])

const measurePinch = (a: Point, b: Point): Pinch => ({
  middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
  distance: Math.max(1, touchDistance(a, b)),
})
