// The slider of a number, beside its field.
import type { ComponentChildren } from 'preact'
import { valueAsNumber } from '../../engine/base/quote.ts'
import type { Param } from '../../engine/plan/op.ts'
import { fitNumber, sliderRange } from '../../nodes/controlSpec.ts'

interface Props {
  param: Extract<Param, { kind: 'number' }>
  name: string
  value: unknown
  set: (value: number) => void
  /** The field. */
  children: ComponentChildren
}

/** A field with a slider before it, or only the field if the param has none. */
export function WithSlider({ param, name, value, set, children }: Props) {
  if (!param.slider) return <>{children}</>
  const [min, max] = sliderRange(param)
  return (
    <div class="range">
      <input
        type="range"
        aria-label={name}
        min={min}
        max={max}
        step={param.step}
        value={valueAsNumber(value)}
        onInput={(event) => set(fitNumber(event.currentTarget.valueAsNumber, param))}
      />
      {children}
    </div>
  )
}
