// Dialogs that ask for a text or a choice.
import { useFirstFocus } from './modal.ts'
import { closeDialog, type Dialog as DialogState } from './state.ts'
import { texts } from '../texts/texts.ts'

/** Closes the dialog first, so that the answer can open another one. */
function answer<T>(dialog: { answer: (value: T) => void }, value: T) {
  closeDialog()
  dialog.answer(value)
}

export function TextQuestion({ dialog }: { dialog: Extract<DialogState, { kind: 'text' }> }) {
  const field = useFirstFocus<HTMLInputElement>()
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault()
        const text = field.current?.value.trim()
        if (text) answer(dialog, text as string | undefined)
      }}
    >
      <h2 id="dialog-title">{dialog.title}</h2>
      <input
        ref={field}
        class="field"
        type="text"
        aria-label={texts.dialogs.name}
        defaultValue={dialog.value}
        maxLength={120}
        onFocus={({ currentTarget }) => currentTarget.select()}
        required
      />
      <div class="answers">
        <button type="button" class="button" onClick={() => answer(dialog, undefined)}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary">
          {dialog.confirm}
        </button>
      </div>
    </form>
  )
}

export function ChoiceQuestion({ dialog }: { dialog: Extract<DialogState, { kind: 'choice' }> }) {
  return (
    <>
      <h2 id="dialog-title">{dialog.title}</h2>
      {dialog.text.split('\n').map((line) => (
        <p key={line}>{line}</p>
      ))}
      <div class="answers">
        {dialog.choices.map(({ label, value, primary }) => (
          <button
            key={value}
            type="button"
            class={primary ? 'button primary' : 'button outline'}
            onClick={() => answer(dialog, value as string | undefined)}
          >
            {label}
          </button>
        ))}
      </div>
    </>
  )
}
