// Where something that opens goes: where it was asked for, but inside the window.
import type { Point } from './canvas.ts'

const MARGIN = 8

/** Moves a shown element to a point, or as near as it fits. */
export function keepInside(element: HTMLElement, [x, y]: Point) {
  const { width, height } = element.getBoundingClientRect()
  element.style.left = `${Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN))}px`
  element.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - height - MARGIN))}px`
}
