// Field of a number. Evaluates typed arithmetic. A text that is no allowed value stays, with the
// reason below it, until it is corrected or Escape restores the value.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../../engine/base/catalogue.ts'
import {
  formatControlValue,
  formatNumber,
  isAllowed,
  readTypedNumber,
  stepNumber,
  type NumberControl,
} from '../../workflow/controlSpec.ts'
import { translateMessage } from '../texts/texts.ts'

interface Props {
  id: string
  control: NumberControl
  value: unknown
  set: (value: number) => void
}

export function NumberInput(props: Props) {
  const text = formatControlValue(props.value)
  // A new value, such as that of an undo, replaces typed text.
  return <TypedNumber key={text} text={text} {...props} />
}

type Field = HTMLInputElement
type On<E> = E & { currentTarget: Field }

function TypedNumber({ id, control, value, set, text }: Props & { text: string }) {
  const [problem, setProblem] = useState<Message | undefined>(undefined)
  const field = useRef<Field>(null)
  useLayoutEffect(() => {
    const { current } = field
    if (current && !problem && current !== document.activeElement) current.value = text
  })
  /** Applies the typed text. Returns false, and shows why, if it is no allowed value. */
  const commit = (current: Field): boolean => {
    const typed = current.value === text ? undefined : readTypedNumber(control, current.value)
    setProblem(typed?.problem)
    if (typed?.problem) return false
    if (typed && typed.value !== value) set(typed.value)
    else current.value = text
    return true
  }
  const restore = (current: Field) => {
    current.value = text
    current.select()
    setProblem(undefined)
  }
  const pressed = (event: On<KeyboardEvent>) => {
    const current = event.currentTarget
    const steps = control.kind === 'seed' ? undefined : { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (event.key === 'Enter' && commit(current)) current.blur()
    if (event.key === 'Escape' && current.value !== text) {
      event.stopPropagation()
      restore(current)
    }
    if (!steps) return
    event.preventDefault()
    const typed = readTypedNumber(control, current.value)
    const from = typed.problem ? control.default : typed.value
    current.value = formatNumber(stepNumber(from, steps * (event.shiftKey ? 10 : 1), control))
    setProblem(undefined)
  }
  const typed = ({ currentTarget }: On<Event>) =>
    problem && setProblem(readTypedNumber(control, currentTarget.value).problem)
  const applied = ({ currentTarget }: On<Event>) => void commit(currentTarget)
  return (
    <>
      <input
        id={id}
        ref={field}
        class="field"
        type="text"
        inputMode={control.kind === 'seed' ? 'numeric' : 'decimal'}
        defaultValue={text}
        aria-invalid={!!problem || !isAllowed(value, control)}
        aria-describedby={problem && `${id}-problem`}
        onKeyDown={pressed}
        onInput={typed}
        onChange={applied}
        onBlur={applied}
      />
      {problem && (
        <p id={`${id}-problem`} class="field-problem" role="alert">
          {translateMessage(problem)}
        </p>
      )}
    </>
  )
}
