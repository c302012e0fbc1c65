// A pointer that rests on a wire: what it carries is shown beside it.
import type { LLink } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../nodes/workflow/slots.ts'
import type { EditorCanvas, Point } from './canvas.ts'
import { whenStill } from './still.ts'
import { wireAt } from './wiring.ts'

/** So long the pointer rests before anything opens, in milliseconds. */
const REST = 350

/** Tells when the pointer has come to rest on a wire, and when it has left it. Returns its own undo. */
export function watchWires(canvas: EditorCanvas, look: (link: LLink | undefined, page: Point) => void): () => void {
  const element = canvas.canvas
  let shown: LLink | undefined
  const under = () => {
    if (canvas.nodeUnderPointer()) return undefined
    const link = wireAt(canvas, canvas.graph_mouse)
    // That of a loop carries nothing.
    return link?.type === LOOP ? undefined : link
  }
  const rest = whenStill(REST, (at: Point) => {
    shown = under()
    if (shown) look(shown, at)
  })
  const close = () => {
    rest.cancel()
    if (shown) look((shown = undefined), [0, 0])
  }
  const moved = (event: PointerEvent) => {
    rest.cancel()
    if (event.buttons || event.pointerType === 'touch' || canvas.connecting_node) return close()
    // litegraph hears of it first.
    if (shown && under() !== shown) close()
    if (!shown) rest.ask([event.clientX, event.clientY])
  }
  element.addEventListener('pointermove', moved)
  const ends = ['pointerdown', 'pointerleave', 'wheel'] as const
  for (const end of ends) element.addEventListener(end, close, { passive: true })
  addEventListener('keydown', close)
  return () => {
    close()
    element.removeEventListener('pointermove', moved)
    for (const end of ends) element.removeEventListener(end, close)
    removeEventListener('keydown', close)
  }
}
