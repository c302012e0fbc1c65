// Restores the focus when an overlay closes.
import type { NodeId } from '../../workflow/index.ts'

type ReturnFocus = (node?: NodeId) => void

let restore: ReturnFocus = () => {}

/**
 * Returns the focus to the canvas, the outline or the runs, wherever it was before. With a node,
 * the outline focuses that node.
 */
export const returnFocus: ReturnFocus = (node) => restore(node)

/** Sets the implementation of `returnFocus`. */
export const provideFocus = (returns: ReturnFocus) => void (restore = returns)

/** True for a key of the canvas: no field and no button has the focus. */
export const isOnCanvas = ({ target }: KeyboardEvent) =>
  target === document.body || target instanceof HTMLCanvasElement

export const isInPopover = ({ target }: KeyboardEvent) =>
  target instanceof HTMLElement && target.closest('[popover]') !== null
