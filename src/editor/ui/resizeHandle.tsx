// Upper edge of the lower panel, which changes its height.
import { signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** Height as a fraction of the window. */
const heightFraction = signal(0.42)
const [LEAST, MOST] = [0.2, 0.8]

/** Makes the panel at least this high, as a fraction of the window. */
export const growLowerPanel = (least: number) => {
  heightFraction.value = Math.max(heightFraction.value, Math.min(MOST, least))
}

export function ResizeHandle({ label }: { label: string }) {
  const now = heightFraction.value
  useLayoutEffect(
    () => document.documentElement.style.setProperty('--lower', `${Math.round(100 * now)}vh`),
    [now],
  )
  useLayoutEffect(() => () => void document.documentElement.style.removeProperty('--lower'), [])
  const set = (next: number) => {
    heightFraction.value = Math.min(MOST, Math.max(LEAST, next))
    dispatchEvent(new Event('resize'))
  }
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(1 - event.clientY / innerHeight)
  }
  return (
    <div
      class="resize"
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuenow={Math.round(100 * now)}
      aria-valuemin={100 * LEAST}
      aria-valuemax={100 * MOST}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={(event) => {
        const by = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key]
        if (by === undefined) return
        event.preventDefault()
        set(heightFraction.value + by)
      }}
    />
  )
}
