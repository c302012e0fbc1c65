// Saving of the workflow in the active tab, with a dialog if another window saved it meanwhile.
import { requestPersistence } from '../storage/stores.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { askChoice, askName, showToast } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import { ConflictError, newId, type Library } from './library.ts'
import { lockWorkflow, type OpenWorkflow } from './openWorkflow.ts'
import { workflowName } from './state.ts'

interface Options {
  library: Pick<Library, 'save' | 'removeDraft'>
  /** Workflow on the canvas. */
  shown(): OpenWorkflow
  /** Renames the workflow on the canvas. */
  rename(name: string): void
  /** Called when the id, revision or saved text of the workflow changed. */
  onSaved(): void
  refresh(): Promise<void>
}

export class Saving {
  constructor(private readonly options: Options) {}

  /** Saves the workflow. Asks for a name first if it has none. */
  async save(title: string | undefined) {
    const workflow = this.options.shown()
    if (workflow.revision || title) await this.store(workflow)
    else await this.saveAs()
  }

  async saveAs() {
    const name = await askName(texts.dialogs.saveAs, workflowName.value, texts.dialogs.save)
    if (name) await this.storeAs(name)
  }

  private async store(workflow: OpenWorkflow, overwrite = false): Promise<void> {
    const { library, onSaved, refresh } = this.options
    const { id, name, revision, document } = workflow
    const { text } = document.present
    try {
      const stored = await library.save({ id, name, text, revision }, overwrite)
      workflow.revision = stored.revision
      workflow.title = name
      document.markSaved(text)
      delete workflow.ready
      delete workflow.outside
      onSaved()
      await library.removeDraft(workflow.draftId)
      requestPersistence()
      showToast(texts.files.saved(translateWorkflow(name)))
    } catch (error) {
      if (error instanceof ConflictError) return this.resolveConflict(error, workflow)
      showStorageError(translateWorkflow(name), error)
    }
    await refresh()
  }

  private async resolveConflict(conflict: ConflictError, workflow: OpenWorkflow) {
    const { dialogs } = texts
    const answer = await askChoice(
      dialogs.conflictTitle,
      dialogs.conflictText(translateWorkflow(conflict.theirs.name)),
      [
        { label: dialogs.cancel, value: 'cancel' },
        { label: dialogs.overwrite, value: 'over' },
        { label: dialogs.asCopy, value: 'copy', primary: true },
      ],
    )
    if (answer === 'over') await this.store(workflow, true)
    if (answer === 'copy') await this.storeAs(texts.copyOf(translateWorkflow(workflow.name)))
  }

  /** Saves the workflow as a new one, with a new id. */
  private async storeAs(name: string) {
    const { library, shown, rename } = this.options
    rename(name)
    const workflow = shown()
    await library.removeDraft(workflow.draftId)
    workflow.release()
    workflow.id = newId()
    workflow.revision = 0
    workflow.banner = undefined
    await lockWorkflow(workflow)
    await this.store(workflow)
  }
}
