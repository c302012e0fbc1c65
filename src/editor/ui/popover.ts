// Popovers at a point: shown above all other elements, inside the window, and closed by a click
// outside.
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import type { Point } from './geometry.ts'

const MARGIN = 8

/**
 * Shows a `popover="manual"` element at a point, or as near as it fits. An `auto` popover would be
 * closed by the release of the press that opened it.
 */
export function useOpenAt(box: RefObject<HTMLElement | null>, [x, y]: Point, dismiss: () => void) {
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
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
