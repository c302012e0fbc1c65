// Detects a pointer that rests on a wire, to show the value of the wire beside it.
import type { LLink } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../../workflow/slots.ts'
import type { EditorCanvas } from './canvas.ts'
import type { Point } from '../ui/geometry.ts'
import { debounce } from '../ui/debounce.ts'
import { wireAt } from './wireHits.ts'

/** Delay until the value opens, in milliseconds. */
const HOVER_DELAY = 350

/**
 * Calls `look` when the pointer rests on a wire and when it has left it. Returns a function that
 * removes the listeners.
 */
export function watchWireHover(
  canvas: EditorCanvas,
  onHover: (link: LLink | undefined, page: Point) => void,
): () => void {
  const element = canvas.canvas
  let shown: LLink | undefined
  const findWire = () => {
    if (canvas.nodeUnderPointer()) return undefined
    const link = wireAt(canvas, canvas.graph_mouse)
    // The wire between Start and End of a loop has no value.
    return link?.type === LOOP ? undefined : link
  }
  const rest = debounce(HOVER_DELAY, (at: Point) => {
    shown = findWire()
    if (shown) onHover(shown, at)
  })
  const close = () => {
    rest.cancel()
    if (shown) onHover((shown = undefined), [0, 0])
  }
  const onMove = (event: PointerEvent) => {
    rest.cancel()
    if (event.buttons || event.pointerType === 'touch' || canvas.connecting_node) return close()
    // litegraph has already updated the position of its mouse.
    if (shown && findWire() !== shown) close()
    if (!shown) rest.call([event.clientX, event.clientY])
  }
  element.addEventListener('pointermove', onMove)
  const ends = ['pointerdown', 'pointerleave', 'wheel'] as const
  for (const end of ends) element.addEventListener(end, close, { passive: true })
  addEventListener('keydown', close)
  return () => {
    close()
    element.removeEventListener('pointermove', onMove)
    for (const end of ends) element.removeEventListener(end, close)
    removeEventListener('keydown', close)
  }
}
