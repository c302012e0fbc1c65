// Text field at the pointer for a single value.
import { useLayoutEffect, useRef } from 'preact/hooks'
import { returnFocus } from './focus.ts'
import { useOpenAt } from './popover.ts'
import { closePrompt, shownPrompt, type Prompt as QuickState } from './state.ts'

export const QuickField = () =>
  shownPrompt.value ? (
    <OpenQuickField key={shownPrompt.value.at.join()} quick={shownPrompt.value} />
  ) : null

function OpenQuickField({ quick }: { quick: QuickState }) {
  const box = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const answered = useRef(false)
  const finish = (keep: boolean) => {
    if (answered.current) return
    answered.current = true
    const text = field.current?.value ?? quick.value
    closePrompt()
    if (keep && text !== quick.value) quick.answer(text)
    returnFocus()
  }
  useOpenAt(box, [quick.at[0] - 20, quick.at[1] - 21], () => finish(true))
  // Runs after the popover is shown: hidden elements cannot be focused.
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const shared = {
    ref: field,
    class: 'field',
    'aria-label': quick.title,
    defaultValue: quick.value,
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
    </div>
  )
}
