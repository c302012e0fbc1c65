// Where keys go on when something that was open is closed: in the outline or among the runs if that is where one works, otherwise
// on the canvas.
import type { NodeId } from '../nodes/workflow.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'

/** Returns what gives the focus back. With a node, in the outline it goes to that one, and not back among the runs. */
export function followFocus(stage: Stage): (node?: NodeId) => void {
  // Apart from what had it, which may be drawn anew meanwhile and is in no part of the page then.
  let last: { element: HTMLElement; part: 'outline' | 'lower' } | undefined
  addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    const part = target.closest('.outline') ? 'outline' : target.closest('.lower') ? 'lower' : undefined
    if (part) last = { element: target, part }
    else if (!target.closest('[popover], dialog')) last = undefined
  })
  return (node) => {
    const element = last?.element.isConnected ? last.element : undefined
    if (state.lower.value && last?.part === 'lower' && element && node === undefined) element.focus()
    else if (last?.part !== 'outline' || state.drawer.value !== 'outline') stage.focus()
    else if (node !== undefined) state.outlineAt.value = node
    else if (element) element.focus()
    else focusOutline()
  }
}

/** At the selected node, or else the first, or where there is none at the button that adds one. */
function focusOutline() {
  const found = ['summary[aria-current=true]', 'summary', '.button'].map((selector) =>
    document.querySelector<HTMLElement>(`.outline ${selector}`),
  )
  found.find((element) => element !== null)?.focus()
}

/** Into the outline; with the focus in it already, back to the canvas. */
export function toggleOutline(stage: Stage) {
  if (state.drawer.value === 'outline' && document.activeElement?.closest('.outline')) {
    state.drawer.value = undefined
    stage.focus()
  } else {
    state.drawer.value = 'outline'
    requestAnimationFrame(focusOutline)
  }
}
