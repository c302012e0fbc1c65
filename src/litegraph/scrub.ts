// Views under the pointer: scrubbing through time, turning points in space, and choosing what a
// plot shows. None of them moves the node or changes the workflow.
import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Box } from '../painters/frame.ts'
import type { View } from '../engine/base/view.ts'
import { toggleCloud, toggleFit } from '../painters/plotLook.ts'
import { isTimed, scrubAt, timeBelow } from '../painters/time.ts'
import { viewBox } from './body.ts'
import { diffusionNodes, type DiffusionNode } from './diffusionNode.ts'

/** Returns the area of the view in coordinates of the node, undefined if it is not visible. */
function visibleViewBox(node: DiffusionNode): Box | undefined {
  return node.diffusion.view && !node.flags.collapsed ? viewBox(node) : undefined
}

/** Tests if a point, in coordinates of the node, is on its view. */
export function isOnView(node: DiffusionNode, [x, y]: readonly [number, number]): boolean {
  const box = visibleViewBox(node)
  return (
    box !== undefined &&
    x >= box.x &&
    y >= box.y &&
    x <= box.x + box.width &&
    y <= box.y + box.height
  )
}

export const isOnFilm = (node: DiffusionNode, place: readonly [number, number]): boolean =>
  isTimed(node.diffusion.view) && isOnView(node, place)

/** Shows the frame at `x`, in coordinates of the node. */
export function scrubTo(node: DiffusionNode, x: number) {
  const box = visibleViewBox(node)
  if (!box || !isTimed(node.diffusion.view)) return
  node.diffusion.scrub = scrubAt(box, x)
  node.setDirtyCanvas(true)
}

/** Tests if a point is on a plot of points in space, above its track of time. */
export function isOnSpace(node: DiffusionNode, place: readonly [number, number]): boolean {
  const { view } = node.diffusion
  if (view?.kind !== 'scatter' || !view.space || !isOnView(node, place)) return false
  const box = viewBox(node)
  return !isTimed(view) || place[1] < box.y + box.height - timeBelow(box).height
}

const contains = (box: Box, x: number, y: number) =>
  x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height

/** Returns the look of a plot after a click at a point; undefined if there is nothing to click. */
function lookAfterClick(node: DiffusionNode, [x, y]: readonly [number, number]) {
  const { view, plot, plotControls } = node.diffusion
  if (view?.kind !== 'scatter' || !plotControls || !isOnView(node, [x, y])) return undefined
  const box = viewBox(node)
  const isHit = (place: Box) => contains(place, x - box.x, y - box.y)
  const cloud = plotControls.clouds.findIndex(isHit)
  if (cloud >= 0) return toggleCloud(plot, cloud)
  return plotControls.note && isHit(plotControls.note) ? toggleFit(plot) : undefined
}

/** Tests if a click at a point, in coordinates of the node, changes what a plot shows. */
export const isOnPlotControl = (node: DiffusionNode, place: readonly [number, number]): boolean =>
  lookAfterClick(node, place) !== undefined

/** Hides or shows a cloud in the legend, or fits the view, if the point is on one of them. */
export function clickPlot(node: DiffusionNode, place: readonly [number, number]): boolean {
  const look = lookAfterClick(node, place)
  if (!look) return false
  node.diffusion.plot = look
  node.setDirtyCanvas(true)
  return true
}

/**
 * Turns a plot of points in space with the pointer, and plots that arrive later. Returns a function
 * that takes positions of the pointer, in coordinates of the node.
 */
export function startTurning(node: DiffusionNode, [x, y]: readonly [number, number]) {
  const { view } = node.diffusion
  const from = view?.kind === 'scatter' ? view.space?.angles : undefined
  return async (to: readonly [number, number]) => {
    if (!from) return
    const { turnAngles, turnView } = await import('../painters/turn.ts')
    const angles = turnAngles(from, to[0] - x, to[1] - y)
    const turn = (view: View) => (view.kind === 'scatter' ? turnView(view, angles) : view)
    node.diffusion.turn = turn
    if (node.diffusion.view) node.diffusion.view = turn(node.diffusion.view)
    node.setDirtyCanvas(true)
  }
}

/**
 * Scrubs views with time by touch. litegraph handles only mouse events, and browsers send none for
 * a moving finger. Ignores touches elsewhere. Returns a function that removes the listeners.
 */
export function scrubByTouch(canvas: LGraphCanvas): () => void {
  const { canvas: element } = canvas
  let scrubbed: DiffusionNode | undefined
  const placeOn = (node: DiffusionNode, { clientX, clientY }: Touch): [number, number] => {
    const { left, top } = element.getBoundingClientRect()
    const { scale, offset } = canvas.ds
    return [
      (clientX - left) / scale - offset[0] - node.pos[0],
      (clientY - top) / scale - offset[1] - node.pos[1],
    ]
  }
  const scrub = (node: DiffusionNode, touch: Touch, event: TouchEvent) => {
    event.preventDefault()
    scrubTo(node, placeOn(node, touch)[0])
  }
  const start = (event: TouchEvent) => {
    const [touch, second] = event.touches
    scrubbed =
      canvas.graph && touch && !second
        ? diffusionNodes(canvas.graph).findLast((node) => isOnFilm(node, placeOn(node, touch)))
        : undefined
    if (scrubbed) scrub(scrubbed, touch, event)
  }
  const move = (event: TouchEvent) => {
    if (scrubbed) scrub(scrubbed, event.touches[0], event)
  }
  const end = () => (scrubbed = undefined)
  element.addEventListener('touchstart', start, { passive: false })
  element.addEventListener('touchmove', move, { passive: false })
  element.addEventListener('touchend', end)
  element.addEventListener('touchcancel', end)
  return () => {
    element.removeEventListener('touchstart', start)
    element.removeEventListener('touchmove', move)
    element.removeEventListener('touchend', end)
    element.removeEventListener('touchcancel', end)
  }
}
