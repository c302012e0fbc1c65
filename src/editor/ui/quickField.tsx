// Text field at the pointer for a single value.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { returnFocus } from './focus.ts'
import { useOpenAt } from './popover.ts'
import { closePrompt, shownPrompt, type Prompt as QuickState } from './state.ts'

export const QuickField = () =>
  shownPrompt.value ? (
    <OpenQuickField key={shownPrompt.value.at.join()} quick={shownPrompt.value} />
  ) : null

/** A text that is no answer, and the reason. */
interface Refusal {
  text: string
  problem: string
}

function OpenQuickField({ quick }: { quick: QuickState }) {
  const box = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const answered = useRef(false)
  const [refused, setRefused] = useState<Refusal | undefined>(undefined)
  const findProblem = (text: string) =>
    text === quick.value ? undefined : quick.problemWith?.(text)
  const finish = (keep: boolean) => {
    if (answered.current) return
    const text = field.current?.value ?? quick.value
    const problem = keep ? findProblem(text) : undefined
    if (problem !== undefined) return setRefused({ text, problem })
    answered.current = true
    closePrompt()
    if (keep && text !== quick.value) quick.answer(text)
    returnFocus()
  }
  // A second press outside discards a refused text, so that touch needs no Escape.
  const dismiss = () => finish(field.current?.value !== refused?.text)
  useOpenAt(box, [quick.at[0] - 20, quick.at[1] - 21], dismiss)
  // Runs after the popover is shown: hidden elements cannot be focused.
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const shared = {
    ref: field,
    class: 'field',
    'aria-label': quick.title,
    'aria-invalid': refused !== undefined,
    defaultValue: quick.value,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      if (!refused) return
      const problem = findProblem(currentTarget.value)
      setRefused(problem === undefined ? undefined : { text: refused.text, problem })
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') finish(false)
      else if (event.key === 'Enter' && (!quick.multiline || event.ctrlKey || event.metaKey))
        finish(true)
      else return event.stopPropagation()
      event.preventDefault()
      event.stopPropagation()
    },
  }
  return (
    <div ref={box} class="quick" popover="manual">
      {quick.multiline ? (
        <textarea {...shared} rows={5} />
      ) : (
        <input {...shared} type="text" inputMode={quick.numeric ? 'decimal' : 'text'} />
      )}
      {refused && (
        <p class="field-problem" role="alert">
          {refused.problem}
        </p>
      )}
    </div>
  )
}
