// Opening of workflows of all kinds: new, saved and ready workflows, drafts, and files. Requests
// run one at a time, so that a slow one cannot replace a later one.
import type { MessageText } from '../../engine/base/catalogue.ts'
import type { Stage } from '../canvas/stage.ts'
import { ownTypes } from '../graph/declarations.ts'
import { emptyWorkflow, parseWorkflow, type WorkflowFile } from '../../workflow/index.ts'
import type { OpenEntry } from '../storage/settings.ts'
import { storageAvailability } from '../storage/stores.ts'
import { errorText, texts, translateWorkflow } from '../texts/texts.ts'
import { clock } from '../ui/format.ts'
import { showBanner, showToast } from '../ui/state.ts'
import { createSnapshot } from './document.ts'
import type { DraftStore } from './drafts.ts'
import { FIRST_READY, loadReady } from './gallery.ts'
import { newId, type Draft, type Library, type SavedWorkflow } from './library.ts'
import { lockWorkflow, isUnsaved, type Opening, type OpenWorkflow } from './openWorkflow.ts'
import type { Tabs } from './tabs.ts'
import type { Transactions } from './transactions.ts'

interface Options {
  stage: Pick<Stage, 'load' | 'select' | 'forgetRun' | 'workflow'>
  library: Library
  tabs: Tabs
  transactions: Transactions
  drafts: DraftStore
  /** Shows the workflow, or its results if the whole would be too small to read. */
  fit(): void
  /** Publishes the workflow of a tab that was open already. */
  publishShown(): void
  refresh(): Promise<void>
  /** Called when a workflow of an earlier visit was opened; it had this id. */
  onRestored(id: string): void
}

interface ShowOptions {
  /** Text that counts as saved. Default: the text of the opened file. */
  saved?: string
  /** Draft that was restored. A banner informs the user. */
  draft?: Draft
  /** Tab to replace. */
  into?: OpenWorkflow | undefined
}

const parseForOpening = (source: string) => parseWorkflow(source, ownTypes)

export class Opener {
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: Options) {}

  /** Runs an action after all earlier ones have finished. */
  runInOrder<T>(action: () => Promise<T>): Promise<T> {
    const result = this.queue.then(action)
    this.queue = result.catch(() => {})
    return result
  }

  /** Resolves when all requested workflows are open. */
  async whenIdle() {
    await this.queue
  }

  /** Opens the tabs of the last visit, or the first ready workflow. */
  async openLast() {
    const shown = isStorageSilent() ? undefined : await this.restoreTabs()
    if (shown?.pending) await this.openEntry(shown.pending.entry, shown)
    else await this.openFirst()
  }

  /** Adds the tabs of the last visit, after the storage has answered late. */
  async recoverLast() {
    const { tabs, refresh } = this.options
    const spare = tabs.isShownSpare ? tabs.shown : undefined
    const last = await this.restoreTabs()
    if (last?.pending && spare) {
      await this.openEntry(last.pending.entry, last)
      tabs.remove(spare)
    } else {
      tabs.publish()
      tabs.remember()
      await refresh()
    }
  }

  private async restoreTabs() {
    const drafts = (await this.options.library.drafts()).filter(({ untouched }) => !untouched)
    return this.options.tabs.restore(new Set(drafts.map(({ id }) => id)))
  }

  async openEmpty(into?: OpenWorkflow) {
    await this.show(emptyWorkflow(), { id: newId(), revision: 0 }, { into })
  }

  /** Opens a file in a new tab. `name` is used if it has no title. Returns the reader's notices. */
  async openText(source: string, name: string): Promise<readonly MessageText[]> {
    const { workflow, messages } = parseForOpening(source)
    const title = workflow.extra.diffusion?.title ? undefined : name
    const opening = { id: newId(), revision: 0, outside: true, ...(title && { title }) }
    await this.runInOrder(() => this.show(workflow, opening))
    return messages.notices
  }

  async openSaved(id: string, into?: OpenWorkflow): Promise<void> {
    const { library } = this.options
    if (await this.showOpen((workflow) => workflow.id === id, into)) return
    const [workflow, draft] = await Promise.all([library.load(id), library.draft(id)])
    if (draft) return this.openDraft(draft, into)
    if (!workflow && isStorageSilent()) throw new Error(texts.storage.noAnswer)
    if (!workflow) throw new Error(texts.storage.deleted)
    await this.openStored(workflow, into)
  }

  private async openStored({ id, name, revision, text }: SavedWorkflow, into?: OpenWorkflow) {
    await this.show(parseForOpening(text).workflow, { id, title: name, revision }, { into })
  }

  async openDraft(draft: Draft, into?: OpenWorkflow) {
    const { library } = this.options
    const { id, of, untouched } = draft
    if (await this.showOpen((workflow) => workflow.draftId === id, into)) return
    const { workflow } = parseForOpening(draft.text)
    const title = isForeign(workflow) && { title: draft.name }
    if (untouched) {
      await this.show(workflow, { id: of, revision: 0, outside: true, ...title }, { into })
    } else {
      const before = await library.load(of)
      const revision = before ? draft.revision : 0
      const saved = before?.text ?? ''
      const opening = { id: of, revision, ...title }
      await this.show(workflow, opening, { saved, draft: { ...draft, revision }, into })
    }
    if (id !== of) await library.removeDraft(id)
  }

  async openReady(name: string, into?: OpenWorkflow) {
    const isShown = (workflow: OpenWorkflow) =>
      (workflow.ready ?? workflow.pending?.entry.ready) === name && !isUnsaved(workflow)
    if (await this.showOpen(isShown, into)) return
    const workflow = await loadReady(name)
    if (!workflow) return
    const opening = { id: newId(), revision: 0, ready: name }
    await this.show(parseForOpening(workflow.text).workflow, opening, { into })
  }

  /** Reopens the workflow of a stored tab, or the first ready workflow if it no longer exists. */
  async openEntry(entry: OpenEntry, into?: OpenWorkflow) {
    if (await this.reopen(entry, into)) this.options.onRestored(entry.id)
    else await this.openFirst(into)
  }

  /**
   * Returns false if the workflow no longer exists, or cannot be read. If its draft cannot be read,
   * the saved workflow opens. If the storage does not answer, the tab stays as it is.
   */
  private async reopen(
    { id, name: title, ready: name }: OpenEntry,
    into?: OpenWorkflow,
  ): Promise<boolean> {
    const { library } = this.options
    try {
      const [draft, workflow] = await Promise.all([library.draft(id), library.load(id)])
      if (draft && (await this.reopenDraft(draft, into))) return true
      if (workflow) await this.openStored(workflow, into)
      else if (name) await this.openReady(name, into)
      else if (isStorageSilent()) throw new Error(texts.storage.noAnswer)
      else {
        if (title !== undefined) showToast(texts.storage.deletedElsewhere(translateWorkflow(title)))
        return false
      }
      return true
    } catch (error) {
      showUnreadable(texts.drawer.savedHint, error)
      return isStorageSilent()
    }
  }

  /**
   * Opens a draft. If it cannot be read, returns false and stores it under another id, so that later
   * changes of the workflow do not replace it.
   */
  private async reopenDraft(draft: Draft, into?: OpenWorkflow): Promise<boolean> {
    const { library } = this.options
    try {
      parseForOpening(draft.text)
    } catch (error) {
      showUnreadable(texts.draft.of(translateWorkflow(draft.name)), error)
      await library.storeDraft({ ...draft, id: newId() })
      await library.removeDraft(draft.id)
      return false
    }
    await this.openDraft(draft, into)
    return true
  }

  async activateTab(key: number) {
    const unloaded = this.options.tabs.activate(key)
    if (unloaded?.pending) await this.openEntry(unloaded.pending.entry, unloaded)
    else this.options.publishShown()
  }

  private async openFirst(into?: OpenWorkflow) {
    if (await loadReady(FIRST_READY)) await this.openReady(FIRST_READY, into)
    else await this.openEmpty(into)
  }

  /** Shows the tab of an open workflow. Returns false without such a tab, or if `into` is given. */
  private async showOpen(
    matches: (workflow: OpenWorkflow) => boolean,
    into?: OpenWorkflow,
  ): Promise<boolean> {
    const open = into ? undefined : this.options.tabs.find(matches)
    if (open) await this.activateTab(open.key)
    return open !== undefined
  }

  private async show(
    file: WorkflowFile,
    opening: Opening,
    { saved, draft, into }: ShowOptions = {},
  ) {
    const { stage, tabs, transactions, drafts, fit, refresh } = this.options
    const opened = tabs.add(opening, into)
    const before = opened.document.present
    if (opening.title !== undefined && !isForeign(file))
      file.extra.diffusion = { format: 1, ...file.extra.diffusion, title: opening.title }
    stage.load(file, { another: true })
    stage.select([])
    stage.forgetRun()
    opened.document.reset(createSnapshot(stage.workflow()), saved)
    // Must precede the first await: a run that starts in the meantime belongs to this workflow.
    transactions.load('open', before)
    await waitForNormalisation()
    fit()
    await lockWorkflow(opened)
    if (draft) this.offerDraft(draft)
    else showBanner(opened.banner)
    if (opening.outside) drafts.schedule()
    tabs.remember()
    await refresh()
  }

  /** Shows a banner about restored unsaved changes, which offers to discard them. */
  private offerDraft(draft: Draft) {
    const { library, tabs } = this.options
    const close = () => showBanner(undefined)
    const discard = async () => {
      close()
      await library.removeDraft(draft.id)
      const saved = await library.load(draft.of)
      if (saved) await this.openSaved(draft.of, tabs.shown)
      else await this.openFirst(tabs.shown)
    }
    showBanner({
      text: texts.draft.restoredFrom(clock(draft.changed)),
      actions: [
        {
          label: draft.revision ? texts.draft.discard : texts.draft.discardNew,
          run: () => void discard(),
        },
        { label: texts.draft.keep, run: close },
      ],
    })
  }
}

function showUnreadable(what: string, error: unknown) {
  const text = errorText(error)
  showToast(texts.files.unreadable(what), { text, error: true })
}

const isStorageSilent = () => storageAvailability.value.state === 'silent'

/** Returns true for files of other programs, which the editor saves without adding metadata. */
export const isForeign = ({ extra: { diffusion } }: WorkflowFile) =>
  diffusion?.foreign !== undefined && diffusion.foreign.format !== 'litegraph' && !diffusion.title

/** Resolves after the microtasks in which loaded graphs complete their slots and loop ends. */
const waitForNormalisation = () => new Promise((resolve) => setTimeout(resolve))
