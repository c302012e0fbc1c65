// App mode: the open workflow as a plain page over the editor.
import { useEffect, useMemo } from 'preact/hooks'
import { useRunning } from '../running/services.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { getCommand } from '../ui/commands.ts'
import { icons } from '../ui/icons.tsx'
import { useModal } from '../ui/modal.ts'
import { texts } from '../texts/texts.ts'
import { createEditorFigure } from './editorFigure.ts'
import { FigurePage } from './figurePage.tsx'

export function AppMode({ close }: { close: () => void }) {
  const editor = useRunning()
  const element = useModal('.figure-bar .primary')
  const figure = useMemo(() => createEditorFigure(editor), [editor])
  useKeys(close)
  return (
    <dialog
      ref={element}
      class="app-mode"
      aria-label={texts.commands.appMode}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <FigurePage figure={figure} actions={<CloseButton close={close} />} />
    </dialog>
  )
}

/**
 * The keyboard of the editor leaves keys in a dialog to the dialog. Listens to the window, as
 * nothing in the dialog has the focus after a click beside its fields.
 */
function useKeys(close: () => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]:not(.app-mode)')) return
      if (isRun(event)) {
        const { enabled, run } = getCommand('run')
        if (enabled?.() ?? true) run()
      } else if (isToggle(event)) close()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [close])
}

const isRun = ({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent) =>
  key === 'Enter' && (ctrlKey || metaKey) && !shiftKey && !altKey

const isToggle = ({ code, altKey, shiftKey }: KeyboardEvent) =>
  code === 'KeyA' && altKey && shiftKey

function CloseButton({ close }: { close: () => void }) {
  return (
    <button type="button" class="button outline" onClick={close}>
      <icons.close />
      {figureTexts().close}
    </button>
  )
}
