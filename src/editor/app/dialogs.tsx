// The open dialog: its frame, and the component for each kind.
import { getErrorText } from '../../engine/messages/fault.ts'
import type { ComponentType } from 'preact'
import { lazyComponent } from '../ui/lazy.tsx'
import { useModal } from '../ui/modal.ts'
import { ChoiceQuestion, TextQuestion } from '../ui/questions.tsx'
import { closeDialog, showToast, shownDialog, type Dialog as DialogState } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'

export const Dialog = () =>
  shownDialog.value ? <OpenDialog key={shownDialog.value.kind} dialog={shownDialog.value} /> : null

function OpenDialog({ dialog }: { dialog: DialogState }) {
  const element = useModal()
  const close = () => {
    closeDialog()
    if ('answer' in dialog) dialog.answer(undefined)
  }
  return (
    <dialog
      ref={element}
      class={dialog.kind}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onPointerDown={(event) => event.target === element.current && close()}
    >
      {dialog.kind === 'text' && <TextQuestion dialog={dialog} />}
      {dialog.kind === 'choice' && <ChoiceQuestion dialog={dialog} />}
      {dialog.kind === 'shortcuts' && <ShortcutsDialog close={close} />}
      {dialog.kind === 'settings' && <SettingsDialog close={close} />}
      {dialog.kind === 'import' && <ImportImages dialog={dialog} close={close} />}
      {dialog.kind === 'importPoints' && <ImportPoints dialog={dialog} close={close} />}
      {dialog.kind === 'dataset' && <DatasetDialog dialog={dialog} close={close} />}
      {dialog.kind === 'storage' && <StorageDialog close={close} />}
      {dialog.kind === 'embed' && <EmbedDialog close={close} />}
      {dialog.kind === 'versions' && <VersionsDialog dialog={dialog} close={close} />}
      {dialog.kind === 'vary' && <Vary dialog={dialog} close={close} />}
      {dialog.kind === 'drawing' && <DrawPoints dialog={dialog} close={close} />}
      {dialog.kind === 'checkpoint' && <CheckpointDialog dialog={dialog} close={close} />}
    </dialog>
  )
}

/** Dialog whose code is loaded when it first opens. `name` titles the message if loading fails. */
const lazyDialog = <P extends object>(load: () => Promise<ComponentType<P>>, name: () => string) =>
  lazyComponent(load, (error) => {
    closeDialog()
    showToast(name(), { text: getErrorText(error), error: true })
  })

const ShortcutsDialog = lazyDialog(
  async () => (await import('./shortcutsDialog.tsx')).ShortcutsDialog,
  () => texts.dialogs.shortcuts,
)

const SettingsDialog = lazyDialog(
  async () => (await import('./settingsDialog.tsx')).SettingsDialog,
  () => texts.top.settings,
)

const StorageDialog = lazyDialog(
  async () => (await import('../backup/storageDialog.tsx')).StorageDialog,
  () => texts.backup.title,
)

const EmbedDialog = lazyDialog(
  async () => (await import('./embedDialog.tsx')).EmbedDialog,
  () => texts.commands.embed,
)

const CheckpointDialog = lazyDialog(
  async () => (await import('../drawer/storedFiles.tsx')).CheckpointDialog,
  () => texts.drawer.checkpoints,
)

const VersionsDialog = lazyDialog(
  async () => (await import('../versions/dialog.tsx')).VersionsDialog,
  () => texts.versions.label,
)

const Vary = lazyDialog(
  async () => (await import('../runs/sweepDialog.tsx')).SweepDialog,
  () => texts.runs.sweep.title,
)

const ImportImages = lazyDialog(
  async () => (await import('../datasets/importDialog.tsx')).ImportDialog,
  () => texts.dataset.importTitle,
)

const ImportPoints = lazyDialog(
  async () => (await import('../datasets/importPoints.tsx')).ImportPointsDialog,
  () => texts.dataset.importTitle,
)

const DatasetDialog = lazyDialog(
  async () => (await import('../datasets/browser.tsx')).DatasetDialog,
  () => texts.dataset.reading,
)

const DrawPoints = lazyDialog(
  async () => (await import('../datasets/drawPoints.tsx')).DrawPointsDialog,
  () => texts.drawing.title,
)
