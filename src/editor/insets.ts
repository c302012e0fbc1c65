// What panels cover of the canvas: beside it, or on a phone over its lower part.
import type { Insets } from './camera.ts'
import { isSmall } from './small.ts'
import * as state from './state.ts'

export function insetsNow(): Insets {
  const [top, status] = [heightOf('.top') + heightOf('.tab-bar'), heightOf('.status')]
  const [panel, lower] = [state.panelShown.value, state.lower.value !== undefined]
  const below = lower ? heightOf('.lower') : 0
  if (isSmall()) return { top, bottom: status + Math.max(below, panel ? heightOf('.panel') : 0), left: 0, right: 0 }
  return {
    top,
    bottom: status + below,
    left: state.drawer.value ? widthOf('.drawer') : 0,
    right: panel ? widthOf('.panel') : 0,
  }
}

const heightOf = (selector: string) => document.querySelector(selector)?.clientHeight ?? 0
const widthOf = (selector: string) => document.querySelector(selector)?.clientWidth ?? 0
