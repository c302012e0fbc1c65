// Scrolling of pages in frames: wheel and touch belong to the page around until the user works in
// the frame, so that no figure traps the scroll of an article.

/**
 * Leaves wheel and touch to the page around as long as this frame has no focus. With Ctrl, the
 * wheel always zooms here. A tap or a click gives the frame the focus, and Escape returns it.
 */
export function followFrameFocus(page: Window = window): void {
  if (page.parent === page) return
  const { document } = page
  const { classList } = document.documentElement
  classList.add('figure-embedded')
  const update = () => classList.toggle('figure-focused', document.hasFocus())
  for (const type of ['focus', 'blur'] as const) page.addEventListener(type, update)
  page.addEventListener('pointerdown', () => page.setTimeout(update))
  page.addEventListener('keydown', ({ key, defaultPrevented }) => {
    const isTaken = defaultPrevented || document.querySelector('dialog[open], :popover-open')
    if (key !== 'Escape' || isTaken) return
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    page.parent.focus()
  })
  update()
  // Before the handlers of the canvas, which would prevent scrolling.
  const passOn = (event: Event) => {
    const zooms = event instanceof WheelEvent && event.ctrlKey
    if (!zooms && !document.hasFocus()) event.stopImmediatePropagation()
  }
  for (const type of ['wheel', 'touchstart', 'touchmove'] as const)
    page.addEventListener(type, passOn, { capture: true, passive: true })
}
