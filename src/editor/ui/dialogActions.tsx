// Buttons at the end of a dialog: its actions, which close it, and Close.
import { texts } from '../texts/texts.ts'

interface DialogActionsProps {
  actions: readonly { label: string; run: () => void }[]
  close: () => void
}

export const DialogActions = ({ actions, close }: DialogActionsProps) => (
  <div class="answers">
    {actions.map(({ label, run }) => (
      <button
        key={label}
        type="button"
        class="button outline"
        onClick={() => {
          close()
          run()
        }}
      >
        {label}
      </button>
    ))}
    <button type="button" class="button primary" onClick={close}>
      {texts.dialogs.close}
    </button>
  </div>
)
