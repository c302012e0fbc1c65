// Dialogs over the page.
import { useLayoutEffect, useRef } from 'preact/hooks'

/** For a dialog that is open for as long as it is on the page; `first` is what has the focus then, if it is not the first there is. */
export function useModal(first?: string) {
  const element = useRef<HTMLDialogElement>(null)
  // At once: keys that come before the next frame are for the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement
    element.current!.showModal()
    if (first) element.current!.querySelector<HTMLElement>(first)?.focus()
    // It is out of the page by now, and gives nothing back by itself.
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus()
    }
  }, [])
  return element
}
