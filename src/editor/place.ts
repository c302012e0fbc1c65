// Things that open at a point: shown above everything, kept inside the window, closed by a press elsewhere.
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import type { Point } from './canvas.ts'

const MARGIN = 8

/**
 * Shows a `popover="manual"` element at a point, or as near as it fits. `auto` ones would be closed again by the release
 * of the very press that opened them.
 */
export function useOpenAt(box: RefObject<HTMLElement | null>, [x, y]: Point, dismiss: () => void) {
  useLayoutEffect(() => {
    const element = box.current!
    element.showPopover()
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN))}px`
    element.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN))}px`
  }, [])
  useEffect(() => {
    const pressed = (event: Event) => box.current?.contains(event.target as Node) || dismiss()
    addEventListener('pointerdown', pressed, true)
    addEventListener('blur', dismiss)
    return () => {
      removeEventListener('pointerdown', pressed, true)
      removeEventListener('blur', dismiss)
    }
  }, [dismiss])
}
