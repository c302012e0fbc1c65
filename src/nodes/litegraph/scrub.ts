// Going through the time of a film, of pictures or points, by the pointer: neither does the node move, nor does the workflow change.
import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Box } from '../views/canvas.ts'
import { isTimed, scrubAt } from '../views/time.ts'
import { viewBox, viewHeight } from './body.ts'
import { diffusionNodes } from './graph.ts'
import type { DiffusionNode } from './node.ts'

/** Where a node shows something, in its own coordinates. */
function shownBox(node: DiffusionNode): Box | undefined {
  const { view, declaration } = node.diffusion
  if (!view || node.flags.collapsed) return undefined
  return viewBox(node, node.computeSize()[1] - viewHeight(declaration))
}

/** Whether a place on a node, in its own coordinates, is on what it shows. */
export function onView(node: DiffusionNode, [x, y]: readonly [number, number]): boolean {
  const box = shownBox(node)
  return box !== undefined && x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height
}

export const onFilm = (node: DiffusionNode, place: readonly [number, number]): boolean =>
  isTimed(node.diffusion.view) && onView(node, place)

/** Shows the frame at `x`, in the node's own coordinates. */
export function scrubTo(node: DiffusionNode, x: number) {
  const box = shownBox(node)
  if (!box || !isTimed(node.diffusion.view)) return
  node.diffusion.scrub = scrubAt(box, x)
  node.setDirtyCanvas(true)
}

/**
 * Lets a finger scrub films: litegraph hears of the mouse only, and browsers make no mouse of a finger that moves. Touches
 * elsewhere are left alone. Returns its own undo.
 */
export function scrubByTouch(canvas: LGraphCanvas): () => void {
  const { canvas: element } = canvas
  let scrubbed: DiffusionNode | undefined
  const placeOn = (node: DiffusionNode, { clientX, clientY }: Touch): [number, number] => {
    const { left, top } = element.getBoundingClientRect()
    const { scale, offset } = canvas.ds
    return [(clientX - left) / scale - offset[0] - node.pos[0], (clientY - top) / scale - offset[1] - node.pos[1]]
  }
  const scrub = (node: DiffusionNode, touch: Touch, event: TouchEvent) => {
    event.preventDefault()
    scrubTo(node, placeOn(node, touch)[0])
  }
  const start = (event: TouchEvent) => {
    const [touch, second] = event.touches
    scrubbed =
      canvas.graph && touch && !second
        ? diffusionNodes(canvas.graph).findLast((node) => onFilm(node, placeOn(node, touch)))
        : undefined
    if (scrubbed) scrub(scrubbed, touch!, event)
  }
  const move = (event: TouchEvent) => {
    if (scrubbed) scrub(scrubbed, event.touches[0]!, event)
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
