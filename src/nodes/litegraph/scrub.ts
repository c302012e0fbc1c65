// Scrubbing of views with time (images or points) by the pointer. It does not move the node or
// change the workflow.
import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Box } from '../painters/frame.ts'
import { isTimed, scrubAt } from '../painters/time.ts'
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
