// Drafts: unsaved changes of open workflows, stored in the browser.
import { texts, translateWorkflow } from '../texts/texts.ts'
import { debounce } from '../ui/debounce.ts'
import { shownDrawer } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import type { Library } from './library.ts'
import { isUnsaved, toDraft, type OpenWorkflow } from './openWorkflow.ts'

/** Delay after the last change, in milliseconds. */
const DRAFT_DELAY = 400

interface Options {
  library: Pick<Library, 'storeDraft' | 'removeDraft'>
  /** Workflow on the canvas. */
  shown(): OpenWorkflow
  /** Called when a draft was stored. */
  onStored(): void
  /** Reloads the lists of the library. */
  refresh(): Promise<void>
}

export class DraftStore {
  private readonly scheduled = debounce(DRAFT_DELAY, () => void this.store())

  /** Workflows that are not stored: their last draft failed, or their saved workflow was deleted. */
  private readonly failed = new WeakSet<OpenWorkflow>()

  constructor(private readonly options: Options) {}

  /** Stores the draft of the shown workflow after a pause in the changes. */
  schedule() {
    this.scheduled.call()
  }

  /**
   * Stores a scheduled draft, or one that could not be stored before, immediately: the page may be
   * about to close.
   */
  flush() {
    if (this.scheduled.pending || this.failed.has(this.options.shown())) void this.store()
  }

  /** Stores a workflow when it is left, because its saved workflow no longer exists. */
  storeLater(workflow: OpenWorkflow) {
    this.failed.add(workflow)
  }

  /** Stores a workflow that is closed, if its changes are not stored yet. */
  async storeClosing(workflow: OpenWorkflow) {
    if (this.failed.has(workflow)) await this.store(workflow)
  }

  /** Stores the draft of a workflow, or removes it if the workflow has no changes. */
  async store(workflow = this.options.shown()) {
    const { library, shown, onStored, refresh } = this.options
    if (workflow === shown()) this.scheduled.cancel()
    if (!isUnsaved(workflow) && !workflow.outside)
      return library.removeDraft(workflow.draftId).catch(() => {})
    try {
      await library.storeDraft(toDraft(workflow))
      this.failed.delete(workflow)
      // The open list has to show the new draft or its new name.
      if (shownDrawer.value === 'mine') void refresh()
      onStored()
    } catch (error) {
      this.failed.add(workflow)
      showStorageError(texts.draft.of(translateWorkflow(workflow.name)), error)
    }
  }
}
