// Modal dialogs.
import { shownDialog } from './state.ts'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Returns true if the page is behind a dialog. App mode is a page of its own, with its own keys. */
export const isBehindDialog = (): boolean =>
  shownDialog.value !== undefined || document.querySelector('dialog[open]:not(.app-mode)') !== null

/**
 * Opens a dialog for as long as its component is mounted. `first` selects the element that receives
 * the focus, by default the first focusable one.
 */
export function useModal(first?: string) {
  const element = useRef<HTMLDialogElement>(null)
  const before = useRef<Element>(null)
  // Opens before the next frame, so that keys pressed meanwhile reach the dialog.
  useLayoutEffect(() => {
    before.current = document.activeElement
    element.current?.showModal()
    if (first) element.current?.querySelector<HTMLElement>(first)?.focus()
  }, [])
  // The element is already removed from the page, so the browser does not restore the focus.
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement && document.activeElement === document.body)
        before.current.focus()
    },
    [],
  )
  return element
}

/**
 * Focuses an element when its component is mounted: before the next frame, so that keys pressed
 * meanwhile reach it, or when the dialog around it opens. `inside` selects an element in that of the
 * reference.
 */
export function useFirstFocus<T extends HTMLElement>(inside?: string) {
  const element = useRef<T>(null)
  useLayoutEffect(() => {
    const first = inside ? element.current?.querySelector<HTMLElement>(inside) : element.current
    if (!first) return
    first.autofocus = true // showModal() focuses it
    first.focus()
  }, [])
  return element
}
