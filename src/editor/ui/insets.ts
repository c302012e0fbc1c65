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

/** Space above the path of an open subgraph. */
const PATH_MARGIN = 10

/** True if the drawer covers the canvas: on a phone, and the gallery on wide screens. */
export const coversCanvas = () =>
  shownDrawer.value !== undefined && (isSmall() || (shownDrawer.value === 'gallery' && isWide()))

export function panelInsets(): Insets {
  const crumbs = getHeight('.crumbs')
  const path = crumbs && crumbs + PATH_MARGIN
  const [top, status] = [getHeight('.top') + getHeight('.tab-bar') + path, getHeight('.status')]
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

const getHeight = (selector: string) => getSize(selector)[1]
const getWidth = (selector: string) => getSize(selector)[0]

type Size = readonly [width: number, height: number]

/**
 * Sizes of the panels, which are needed in each frame that moves the camera. Reading them from the
 * page would make it compute its layout once more in frames in which something else has changed.
 */
const sizes = new WeakMap<Element, Size>()
let observer: ResizeObserver | undefined

const readSize = (element: Element): Size => {
  const size = [element.clientWidth, element.clientHeight] as const
  sizes.set(element, size)
  return size
}

function getSize(selector: string): Size {
  const element = document.querySelector(selector)
  if (!element) return [0, 0]
  const known = sizes.get(element)
  if (known) return known
  observer ??= new ResizeObserver((entries) => entries.forEach(({ target }) => readSize(target)))
  observer.observe(element)
  return readSize(element)
}
