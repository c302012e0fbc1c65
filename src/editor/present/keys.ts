// Keys of the presentation, before all other shortcuts. Remote controls send Page Up and Page Down.
import { isInPopover, isOnCanvas } from '../ui/focus.ts'

export interface PresentationMoves {
  move(by: 1 | -1): void
  first(): void
  last(): void
  /** Opens a focused subgraph. */
  enter(): void
  leave(): void
}

/** Listens to the keys. Returns a function that stops it. */
export function listenToPresentationKeys(moves: PresentationMoves): () => void {
  const actions: Readonly<Record<string, () => void>> = {
    ArrowRight: () => moves.move(1),
    ArrowDown: () => moves.move(1),
    PageDown: () => moves.move(1),
    ' ': () => moves.move(1),
    ArrowLeft: () => moves.move(-1),
    ArrowUp: () => moves.move(-1),
    PageUp: () => moves.move(-1),
    Home: moves.first,
    End: moves.last,
    Enter: moves.enter,
    Escape: moves.leave,
  }
  const down = (event: KeyboardEvent) => {
    const { key } = event
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    // A dialog or a menu has its own keys.
    if (document.querySelector('dialog[open]') || isInPopover(event)) return
    const action = Object.hasOwn(actions, key) && !event.shiftKey ? actions[key] : undefined
    if (action && !isNeeded(event)) {
      event.preventDefault()
      action()
    } else if (!isOnCanvas(event) || key === 'Tab' || /^F\d/.test(key)) return
    // A slip of the finger must not delete or add nodes.
    event.stopPropagation()
  }
  addEventListener('keydown', down, { capture: true })
  return () => removeEventListener('keydown', down, { capture: true })
}

/** True for keys that a focused control uses itself. */
function isNeeded({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || key === 'Escape') return false
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable) return true
  // Long notes are scrolled with these keys while they have the focus.
  if (target.classList.contains('step-notes')) return /^(ArrowUp|ArrowDown|Home|End)/.test(key)
  return /^(Enter| )$/.test(key) && /^(BUTTON|A|SUMMARY)$/.test(target.tagName)
}
