// Focus after an overlay closes: it returns to the outline or to the runs if they had it before,
// otherwise to the canvas.
import type { NodeId } from '../../workflow/index.ts'
import type { Stage } from '../canvas/stage.ts'
import { lowerPanel, showDrawer, shownDrawer } from '../ui/state.ts'
import { outlineTarget } from './state.ts'

/**
 * Returns a function that restores the focus. With a node, it focuses that node in the outline if
 * the outline had the focus, otherwise the canvas.
 */
export function followFocus(stage: Stage): (node?: NodeId) => void {
  // The part is stored as well, because a rerender can remove the element from the page.
  let last: { element: HTMLElement; part: 'outline' | 'lower' } | undefined
  addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    const part = target.closest('.drawer.outline')
      ? 'outline'
      : target.closest('.lower')
        ? 'lower'
        : undefined
    if (part) last = { element: target, part }
    else if (!target.closest('[popover], dialog')) last = undefined
  })
  return (node) => {
    const element = last?.element.isConnected ? last.element : undefined
    if (lowerPanel.value && last?.part === 'lower' && element && node === undefined) element.focus()
    else if (last?.part !== 'outline' || shownDrawer.value !== 'outline') stage.focus()
    else if (node !== undefined) outlineTarget.value = node
    else if (element) element.focus()
    else focusOutline()
  }
}

/**
 * Focuses the selected node of the outline, else its first node, else the button that adds a node.
 */
function focusOutline() {
  const found = ['summary[aria-current=true]', 'summary', '.button'].map((selector) =>
    document.querySelector<HTMLElement>(`.drawer.outline ${selector}`),
  )
  found.find((element) => element !== null)?.focus()
}

/** Opens the outline and focuses it, or closes it if it has the focus. */
export function toggleOutline(stage: Stage) {
  if (shownDrawer.value === 'outline' && document.activeElement?.closest('.drawer.outline')) {
    showDrawer(undefined)
    stage.focus()
  } else {
    showDrawer('outline')
    requestAnimationFrame(focusWhenShown)
  }
}

/** The code of the outline is loaded when it is first opened. */
function focusWhenShown() {
  if (document.querySelector('.drawer.outline')) focusOutline()
  else if (shownDrawer.value === 'outline') requestAnimationFrame(focusWhenShown)
}
