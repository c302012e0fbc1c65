// The slider of a number, beside its field.
import type { ComponentChildren } from 'preact'
import { valueAsNumber } from '../../engine/base/quote.ts'
import { fitNumber, type NumberControl } from '../../workflow/controlSpec.ts'

interface Props {
  control: NumberControl
  name: string
  value: unknown
  set: (value: number) => void
  /** The field. */
  children: ComponentChildren
}

/** A field with a slider before it, or only the field if it has none. */
export function WithSlider({ control, name, value, set, children }: Props) {
  if (!control.slides) return <>{children}</>
  const [min, max] = control.slides
  return (
    <div class="range">
      <input
        type="range"
        aria-label={name}
        min={min}
        max={max}
        step={control.step}
        value={valueAsNumber(value)}
        onInput={(event) => set(fitNumber(event.currentTarget.valueAsNumber, control))}
      />
      {children}
    </div>
  )
}
