// Fingers on the canvas. litegraph hears of the mouse alone, and browsers make no mouse of a finger that moves: so one finger pans
// where nothing is and is litegraph's mouse elsewhere, two zoom and pan, and one that rests opens the menu.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Side } from '../nodes/workflow/slots.ts'
import type { EditorCanvas, Point } from './canvas.ts'
import { reached } from './reach.ts'

/** A finger that moved no further has not moved, in CSS pixels. */
const SLOP = 9
/** After so many milliseconds a finger rests. */
const LONG = 500
/** Two taps no further apart in time (ms) and place (px) are a double-tap. */
const DOUBLE = { within: 400, near: 28 }

type Doing =
  | { kind: 'nothing' }
  /** Is down, and it is not known yet what for. */
  | { kind: 'waits'; at: Point; timer: ReturnType<typeof setTimeout> }
  /** Is litegraph's mouse, with its button down. */
  | { kind: 'drags'; last: Point }
  | { kind: 'pans'; last: Point }
  | { kind: 'pinches'; last: Pinch }

interface Pinch {
  middle: Point
  apart: number
}

/** Lets fingers do on the canvas what a mouse does. A touch that somebody took before, preventing its default, is left to them. */
export function listenToTouch(canvas: EditorCanvas) {
  const { canvas: element } = canvas
  const mouse = mouseOf(canvas)
  let doing: Doing = { kind: 'nothing' }

  const wait = (at: Point): Doing => ({
    kind: 'waits',
    at,
    timer: setTimeout(() => {
      doing = { kind: 'nothing' }
      mouse.menu(at)
    }, LONG),
  })
  const begin = (at: Point): Doing => {
    const from = reached(canvas, at)?.place ?? at
    if (!isSomething(canvas, from)) return { kind: 'pans', last: at }
    mouse.press(from)
    return { kind: 'drags', last: at }
  }

  const start = (event: TouchEvent) => {
    if (doing.kind === 'waits') clearTimeout(doing.timer)
    if (event.defaultPrevented) return void (doing = { kind: 'nothing' })
    event.preventDefault()
    const [one, two] = pointsOf(event)
    // What is being dragged goes on, whatever the other hand does.
    if (doing.kind === 'drags') return
    doing = two ? { kind: 'pinches', last: pinchOf(one!, two) } : wait(one!)
  }
  const move = (event: TouchEvent) => {
    if (doing.kind === 'nothing') return
    event.preventDefault()
    const [one, two] = pointsOf(event)
    if (doing.kind === 'waits' && distance(one!, doing.at) > SLOP) {
      clearTimeout(doing.timer)
      doing = begin(doing.at)
    }
    if (doing.kind === 'pans') pan(canvas, doing.last, (doing.last = one!))
    else if (doing.kind === 'pinches' && two) pinch(canvas, doing.last, (doing.last = pinchOf(one!, two)))
    else if (doing.kind === 'drags') mouse.drag((doing.last = one!))
  }
  const end = (event: TouchEvent) => {
    if (doing.kind === 'nothing') return
    event.preventDefault()
    const [left] = pointsOf(event)
    if (doing.kind === 'waits') {
      clearTimeout(doing.timer)
      if (event.type === 'touchend') mouse.tap(doing.at, event.timeStamp)
    } else if (doing.kind === 'drags') {
      if (left) return
      mouse.release(doing.last)
    }
    doing = left ? { kind: 'pans', last: left } : { kind: 'nothing' }
  }
  element.addEventListener('touchstart', start, { passive: false })
  element.addEventListener('touchmove', move, { passive: false })
  element.addEventListener('touchend', end, { passive: false })
  element.addEventListener('touchcancel', end, { passive: false })
}

// ---- as litegraph's mouse

function mouseOf(canvas: EditorCanvas) {
  let lastTap: { at: Point; time: number } | undefined
  const send = (type: 'mousemove' | 'mousedown' | 'mouseup' | 'dblclick', [clientX, clientY]: Point, button = 0) =>
    canvas.canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, clientX, clientY, button, buttons: 1 }))
  const press = (at: Point, button = 0) => {
    // litegraph counts from where the mouse was last.
    send('mousemove', at)
    send('mousedown', at, button)
  }
  /** A wire in the air jumps to the slot that is meant. */
  const aim = (at: Point): Point => {
    const side: Side | undefined = canvas.connecting_output ? 'input' : canvas.connecting_input ? 'output' : undefined
    return (side && reached(canvas, at, side)?.place) ?? at
  }
  return {
    press,
    drag: (at: Point) => send('mousemove', aim(at)),
    release: (at: Point) => send('mouseup', aim(at)),
    menu(at: Point) {
      press(at, 2)
      send('mouseup', at, 2)
    },
    /** `time` is when the finger did it, in ms: a busy page hears of it later. */
    tap(at: Point, time: number) {
      const again = lastTap && time - lastTap.time < DOUBLE.within && distance(at, lastTap.at) < DOUBLE.near
      // Two taps are further apart, in time and place, than litegraph lets two presses of a double-click be.
      if (again) canvas.last_mouseclick = LiteGraph.getTime()
      const place = again ? lastTap!.at : at
      lastTap = again ? undefined : { at, time }
      press(place)
      send('mouseup', place)
      if (again) send('dblclick', place)
    },
  }
}

/** Whether a press there would take hold of something. */
function isSomething(canvas: EditorCanvas, page: Point): boolean {
  const [x, y] = inGraph(canvas, page)
  return Boolean(canvas.graph!.getNodeOnPos(x, y, canvas.visible_nodes, 5) ?? canvas.graph!.getGroupOnPos(x, y))
}

// ---- the view

function pan(canvas: EditorCanvas, from: Point, to: Point) {
  const { scale, offset } = canvas.ds
  offset[0] += (to[0] - from[0]) / scale
  offset[1] += (to[1] - from[1]) / scale
  canvas.setDirty(true, true)
}

function pinch(canvas: EditorCanvas, from: Pinch, to: Pinch) {
  pan(canvas, from.middle, to.middle)
  canvas.camera.changeScale(canvas.ds.scale * (to.apart / from.apart), to.middle)
}

// ---- places

const pointsOf = ({ touches }: TouchEvent): Point[] => [...touches].map(({ clientX, clientY }) => [clientX, clientY])

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1])

const pinchOf = (a: Point, b: Point): Pinch => ({
  middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
  apart: Math.max(1, distance(a, b)),
})

const inGraph = ({ ds: { scale, offset } }: EditorCanvas, [x, y]: Point): Point => [x / scale - offset[0], y / scale - offset[1]]
