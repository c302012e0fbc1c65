// Dialogs over the page.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** For a dialog that is open for as long as it is on the page; `first` is what has the focus then, if it is not the first there is. */
export function useModal(first?: string) {
  const element = useRef<HTMLDialogElement>(null)
  const before = useRef<Element>(null)
  // At once: keys that come before the next frame are for the dialog.
  useLayoutEffect(() => {
    before.current = document.activeElement
    element.current!.showModal()
    if (first) element.current!.querySelector<HTMLElement>(first)?.focus()
  }, [])
  // It is out of the page by then, and gives nothing back by itself.
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement && document.activeElement === document.body) before.current.focus()
    },
    [],
  )
  return element
}
