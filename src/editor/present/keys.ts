// Keys of the presentation, before all other shortcuts. Remote controls send Page Up and Page Down.

interface Moves {
  move(by: 1 | -1): void
  first(): void
  last(): void
  leave(): void
}

/** Listens to the keys. Returns a function that stops it. */
export function listenToPresentationKeys(moves: Moves): () => void {
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
    Escape: moves.leave,
  }
  const down = (event: KeyboardEvent) => {
    const { key, target } = event
    const action = Object.hasOwn(actions, key) ? actions[key] : undefined
    if (!action || event.defaultPrevented || isNeeded(event)) return
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    // A dialog or a menu has its own keys.
    if (document.querySelector('dialog[open]') || isInPopover(target)) return
    event.preventDefault()
    event.stopPropagation()
    action()
  }
  addEventListener('keydown', down, { capture: true })
  return () => removeEventListener('keydown', down, { capture: true })
}

/** True for keys that a focused control uses itself. */
function isNeeded({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || key === 'Escape') return false
  if (/^(SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return true
  // Long notes are scrolled with the vertical keys while they have the focus.
  if (target.classList.contains('step-notes'))
    return /^(ArrowUp|ArrowDown|Page|Home|End| )/.test(key)
  return key === ' ' && /^(BUTTON|A|SUMMARY)$/.test(target.tagName)
}

const isInPopover = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('[popover]') !== null
