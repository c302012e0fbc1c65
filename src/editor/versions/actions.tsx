// Actions on a version: name, open, restore.
import { getErrorText } from '../../engine/messages/fault.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { askText, closeDialog, showDialog, shownDialog, showToast } from '../ui/state.ts'
import { useWorkspace } from '../workspace/services.ts'
import { workflowName } from '../workspace/state.ts'
import type { Version } from '../workspace/versions.ts'

interface VersionActionsProps {
  /** Id of the workflow. */
  workflow: string
  version: Version
  close: () => void
  reload: () => Promise<void>
}

export function VersionActions({ workflow, version, close, reload }: VersionActionsProps) {
  const { library, workspace } = useWorkspace()
  const rename = async () => {
    const thisDialog = shownDialog.value
    const name = await askText(texts.versions.name, version.name ?? '', texts.dialogs.ok)
    if (name) await library.versions.name(version.id, name)
    if (thisDialog) showDialog(thisDialog)
    else closeDialog()
    await reload()
  }
  const open = async () => {
    close()
    await workspace.openText(version.text, version.name ?? workflowName.value)
  }
  const restore = async () => {
    close()
    await workspace.openSaved(workflow)
    workspace.editWhole(() => parseWorkflow(version.text, ownTypes).workflow, { follow: true })
    const undo = { label: texts.drawer.undo, run: () => workspace.undo() }
    showToast(texts.versions.restored(format.dateTime(version.when)), { action: undo })
  }
  return (
    <>
      <button type="button" class="button" onClick={() => void runAction(rename)}>
        {texts.versions.name}
      </button>
      <button type="button" class="button outline" onClick={() => void runAction(open)}>
        {texts.versions.open}
      </button>
      <button type="button" class="button outline" onClick={() => void runAction(restore)}>
        {texts.versions.restore}
      </button>
    </>
  )
}

async function runAction(action: () => Promise<unknown>) {
  try {
    await action()
  } catch (error) {
    showToast(texts.versions.label, { text: getErrorText(error), error: true })
  }
}
