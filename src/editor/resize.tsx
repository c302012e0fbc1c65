// The upper edge of what is open along the lower edge, to make it higher or lower.
import { signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** Of the window. */
const part = signal(0.42)
const [LEAST, MOST] = [0.2, 0.8]

export function Resize({ label }: { label: string }) {
  const now = part.value
  useLayoutEffect(() => document.documentElement.style.setProperty('--lower', `${Math.round(100 * now)}vh`), [now])
  useLayoutEffect(() => () => void document.documentElement.style.removeProperty('--lower'), [])
  const set = (next: number) => {
    part.value = Math.min(MOST, Math.max(LEAST, next))
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
        set(part.value + by)
      }}
    />
  )
}
