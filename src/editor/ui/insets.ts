// Insets of the canvas: the parts that panels cover at its sides, or at the bottom on a phone.
import { isSmall, isWide } from './smallScreen.ts'
import { lowerPanel, panelShown, shownDrawer } from './state.ts'

/** Space around the part of the canvas that panels leave free, in CSS pixels. */
export interface Insets {
  top: number
  right: number
  bottom: number
  left: number
}

/** True if the drawer covers the canvas: on a phone, and the gallery on wide screens. */
export const coversCanvas = () =>
  shownDrawer.value !== undefined && (isSmall() || (shownDrawer.value === 'gallery' && isWide()))

export function panelInsets(): Insets {
  const [top, status] = [getHeight('.top') + getHeight('.tab-bar'), getHeight('.status')]
  const [panel, lower] = [panelShown.value, lowerPanel.value !== undefined]
  const below = lower ? getHeight('.lower') : 0
  if (isSmall())
    return {
      top,
      bottom: status + Math.max(below, panel ? getHeight('.panel') : 0),
      left: 0,
      right: 0,
    }
  return {
    top,
    bottom: status + below,
    left: shownDrawer.value && !coversCanvas() ? getWidth('.drawer') : 0,
    right: panel ? getWidth('.panel') : 0,
  }
}

const getHeight = (selector: string) => document.querySelector(selector)?.clientHeight ?? 0
const getWidth = (selector: string) => document.querySelector(selector)?.clientWidth ?? 0
