// The workspace: open workflows in tabs, with editing, undo, saving, and drafts.
import { batch } from '@preact/signals'
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { Stage } from '../canvas/stage.ts'
import { findChangedPath, type Path } from '../graph/levels.ts'
import { makeRoomBelow } from '../graph/makeRoom.ts'
import type { NodeId, WorkflowFile } from '../../workflow/index.ts'
import type { OpenEntry } from '../storage/settings.ts'
import { storageAvailability } from '../storage/stores.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { showToast } from '../ui/state.ts'
import { createSnapshot, type Snapshot } from './document.ts'
import { DraftStore } from './drafts.ts'
import type { Draft, Library } from './library.ts'
import { isForeign, Opener } from './opener.ts'
import { isUnsaved, type OpenWorkflow } from './openWorkflow.ts'
import { requireReadableFile } from './readable.ts'
import { showRefusedEdit } from './refusedEdit.ts'
import { Saving } from './saving.ts'
import * as state from './state.ts'
import { Tabs, type TabHooks } from './tabs.ts'
import { Transactions } from './transactions.ts'
import type { WorkflowChange } from './workflowChange.ts'

type EditResult = { file: WorkflowFile; select?: readonly NodeId[] }

export interface WorkspaceHooks extends TabHooks {
  /** Fits the entire workflow into the view. */
  fit(): void
}

export class Workspace {
  private readonly listeners = new Set<(change: WorkflowChange) => void>()
  private readonly tabs: Tabs
  private readonly transactions: Transactions
  private readonly drafts: DraftStore
  private readonly opener: Opener
  private readonly saving: Saving

  constructor(
    private readonly stage: Stage,
    private readonly library: Library,
    hooks: WorkspaceHooks,
  ) {
    const shown = () => this.tabs.shown
    const refresh = () => this.refresh()
    this.transactions = new Transactions({
      stage,
      document: () => shown().document,
      complete: ({ file }) => this.makeRoom(file),
      publish: (change) => this.publish(change),
      refused: showRefusedEdit,
    })
    this.tabs = new Tabs({ ...hooks, stage, library, beforeLeave: () => this.beforeLeave() })
    const { tabs, transactions } = this
    this.drafts = new DraftStore({ library, shown, refresh, onStored: () => tabs.remember() })
    this.opener = new Opener({
      stage,
      library,
      tabs,
      transactions,
      drafts: this.drafts,
      fit: hooks.fit,
      publishShown: () => this.publishShown(),
      refresh,
      onRestored: hooks.onTabRestored,
    })
    this.saving = new Saving({
      library,
      shown,
      refresh,
      rename: (name) => this.renameShown(name),
      onSaved: () => {
        this.updateState()
        tabs.remember()
      },
    })
  }

  /** Calls `listener` after every change on the canvas. Returns a function that unsubscribes. */
  subscribe(listener: (change: WorkflowChange) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  // ---- editing

  /** Begins a transaction, for callbacks of litegraph: a change becomes an undo step. */
  beginEdit() {
    this.transactions.begin()
  }

  /** Combines all changes while the pointer is down into one undo step. */
  setPointerDown(down: boolean) {
    this.transactions.setPointerDown(down)
  }

  /** Changes nodes on the canvas. */
  editNodes<T>(change: () => T): T {
    this.transactions.begin()
    const result = change()
    this.stage.redraw()
    return result
  }

  setParam(node: LGraphNode, name: string, value: unknown) {
    this.editNodes(() => node.setProperty(name, value))
  }

  /** Moves the nodes that a node covers because a changed param made it higher. */
  private makeRoom(before: WorkflowFile) {
    const { stage } = this
    const open = stage.subgraph()?.id
    const inside = before.subgraphs?.find(({ id }) => id === open)?.inside
    const level = open === undefined ? before : inside
    if (!level) return
    const nodes = stage.graph._nodes
    const moved = makeRoomBelow(level.nodes, nodes)
    if (moved.size === 0) return
    for (const node of nodes) node.pos = [node.pos[0], moved.get(node.id) ?? node.pos[1]]
    stage.redraw()
  }

  /** Applies a function to the file of the open level. */
  edit(change: (level: WorkflowFile) => EditResult) {
    this.transactions.commit()
    const { file, select } = change(this.stage.file())
    this.transactions.attempt(() => {
      if (!this.stage.replaceLevel(file))
        return showToast(texts.subgraph.containsItself, { error: true })
      if (select) this.stage.select(select)
      this.transactions.begin()
    })
  }

  /**
   * Applies a function to the file of the entire workflow, with all subgraphs. `follow` shows the
   * changed level afterwards. Returns false, without a change, if `change` returns undefined, or a
   * file that could not be read again, which is reported.
   */
  editWhole(
    change: (whole: WorkflowFile) => WorkflowFile | undefined,
    { follow = false } = {},
  ): boolean {
    const { file } = this.transactions.capture()
    const edited = change(file)
    const changed = edited && this.readable(edited, file)
    if (!changed) return false
    const path = follow && { path: findChangedPath(file, changed, this.stage.path()) }
    return this.transactions.attempt(() => {
      this.stage.load(changed, path || {})
      this.transactions.begin()
    })
  }

  /** Returns an edited file. Undefined if it could not be read again, which is reported. */
  private readable(edited: WorkflowFile, before: WorkflowFile): WorkflowFile | undefined {
    try {
      return requireReadableFile(edited, before)
    } catch (error) {
      showRefusedEdit(error)
      return undefined
    }
  }

  /** Changes the workflow without an undo step, for example its seeds before a run. */
  amend(change: () => void = () => {}) {
    change()
    this.transactions.amend()
  }

  undo() {
    this.transactions.commit()
    this.restore('undo')
  }

  redo() {
    this.transactions.finishLoading()
    this.restore('redo')
  }

  private restore(kind: 'undo' | 'redo') {
    const { document } = this.tabs.shown
    const before = document.present
    const after = document[kind]()
    if (!after) return
    this.stage.load(after.file, {
      path: findChangedPath(before.file, after.file, this.stage.path()),
    })
    this.transactions.load(kind, before)
  }

  // ---- the shown workflow

  /** Returns the workflow on the canvas, including edits that are not committed yet. */
  capture(): Snapshot {
    return this.transactions.capture()
  }

  /** Workflow as of the latest change. */
  get present(): Snapshot {
    return this.tabs.shown.document.present
  }

  text(): string {
    this.transactions.commit()
    return this.present.text
  }

  /** Shows the root graph or a subgraph. Returns false if the path does not exist. */
  show(path: Path): boolean {
    this.transactions.commit()
    if (!this.stage.openPath(path)) return false
    this.transactions.load('show', this.present)
    return true
  }

  setTitle(title: string) {
    this.details().title = title.trim().slice(0, 120) || texts.untitled
    this.transactions.commit()
  }

  setAbout(about: string) {
    this.details().about = about.trim()
    this.transactions.commit()
  }

  about(): string {
    return this.details().about ?? ''
  }

  private details(workflow: OpenWorkflow = this.tabs.shown) {
    const { extra } = workflow.scene?.graph ?? this.stage.graph
    return (extra.diffusion ??= { format: 1 }) as { title?: string; about?: string }
  }

  // ---- opening

  /** Opens the tabs of the last visit, or the first ready workflow. */
  restoreTabs() {
    return this.opener.runInOrder(() => this.opener.openLast())
  }

  /** Adds the tabs of the last visit, if they could not be read at the start. */
  recoverTabs() {
    return this.opener.runInOrder(() => this.opener.recoverLast())
  }

  /** Opens an empty workflow. Like all workflows, it gets a new tab or replaces a spare one. */
  newWorkflow() {
    return this.opener.runInOrder(() => this.opener.openEmpty())
  }

  /**
   * Opens the text of a file; `name` is used if it has no title. Returns the reader's notices.
   * Rejects with a WorkflowError if the text is invalid.
   */
  openText(source: string, name: string) {
    return this.opener.openText(source, name)
  }

  openSaved(id: string) {
    return this.opener.runInOrder(() => this.opener.openSaved(id))
  }

  openDraft(draft: Draft) {
    return this.opener.runInOrder(() => this.opener.openDraft(draft))
  }

  openReady(id: string) {
    return this.opener.runInOrder(() => this.opener.openReady(id))
  }

  /** Resolves when all requested workflows are open. */
  whenOpened() {
    return this.opener.whenIdle()
  }

  // ---- tabs

  activateTab(key: number) {
    return this.opener.runInOrder(() => this.opener.activateTab(key))
  }

  moveTab(key: number, to: number) {
    this.tabs.move(key, to)
  }

  /** Closes a tab, by default the active one. Unsaved changes remain as a draft. */
  close(key = this.tabs.shown.key) {
    return this.opener.runInOrder(() => this.closeTab(key))
  }

  /** Closes all tabs but one. Unsaved changes remain as drafts. */
  closeOthers(key: number) {
    return this.opener.runInOrder(() =>
      this.closeTabs(
        this.tabs.keys().filter((each) => each !== key),
        key,
      ),
    )
  }

  /** Closes the tabs to the right of one. Unsaved changes remain as drafts. */
  closeRight(key: number) {
    return this.opener.runInOrder(() => {
      const keys = this.tabs.keys()
      return this.closeTabs(keys.slice(keys.indexOf(key) + 1), key)
    })
  }

  private async closeTab(key: number) {
    const closing = await this.removeTab(key)
    if (!closing) return
    await this.refresh()
    if (isUnsaved(closing)) this.offerReopening([closing])
  }

  /** Closes several tabs, after showing one that stays. */
  private async closeTabs(closing: readonly number[], stays: number) {
    if (closing.includes(this.tabs.shown.key)) await this.opener.activateTab(stays)
    const closed: OpenWorkflow[] = []
    for (const key of closing) {
      const workflow = await this.removeTab(key)
      if (workflow) closed.push(workflow)
    }
    await this.refresh()
    if (closed.length) this.offerReopening(closed)
  }

  /** Removes a tab; the active one is replaced by its neighbour, or by an empty workflow. */
  private async removeTab(key: number): Promise<OpenWorkflow | undefined> {
    const { tabs, opener } = this
    const [closing, next] = tabs.findWithNext(key)
    if (!closing) return undefined
    await this.drafts.storeClosing(closing)
    if (closing === tabs.shown && next) await opener.activateTab(next.key)
    if (closing === tabs.shown) await opener.openEmpty(closing)
    else tabs.remove(closing)
    return closing
  }

  private offerReopening(closed: readonly OpenWorkflow[]) {
    const { opener } = this
    // An unchanged file of the user's disk is not stored here.
    const stored = closed.filter(
      (each) => isUnsaved(each) || each.ready || each.revision || each.pending,
    )
    const reopen = async () => {
      for (const workflow of stored)
        await opener.runInOrder(() => opener.openEntry(reopened(workflow)))
    }
    const title =
      closed.length === 1
        ? texts.tabs.closed(translateWorkflow(closed[0].name))
        : texts.tabs.closedSeveral(closed.length)
    showToast(title, {
      ...(closed.some(isUnsaved) && { text: texts.tabs.draftKept }),
      ...(stored.length > 0 && { action: { label: texts.tabs.reopen, run: () => void reopen() } }),
    })
  }

  private beforeLeave() {
    this.setPointerDown(false)
    this.transactions.commit()
    this.flush()
  }

  // ---- the library

  async save() {
    this.transactions.commit()
    await this.saving.save(this.details().title || this.tabs.shown.title)
  }

  saveAs() {
    return this.saving.saveAs()
  }

  /** Stores a scheduled draft immediately, since the page may be about to close. */
  flush() {
    this.drafts.flush()
  }

  /** Reloads the lists of the library. */
  async refresh() {
    const { library } = this
    const [workflows, drafts] = await Promise.all([library.list(), library.drafts()])
    batch(() => {
      state.savedWorkflows.value = workflows
      state.savedDrafts.value = drafts
    })
    void refreshStorageUsed()
  }

  /** Applies a new name from the library to an open workflow. */
  applyRename(id: string, name: string) {
    const workflow = this.tabs.find((each) => each.id === id)
    if (!workflow) return
    if (workflow === this.tabs.shown) return this.setTitle(name)
    workflow.name = name
    this.tabs.publish()
    if (!workflow.scene) return
    this.details(workflow).title = name
    workflow.document.commit(createSnapshot(this.stage.workflow(workflow.scene.graph)))
    void this.drafts.store(workflow)
  }

  /** Applies a new revision from the library to an open workflow; 0 if it was deleted there. */
  applyRevision(id: string, revision: number) {
    const workflow = this.tabs.find((each) => each.id === id)
    if (!workflow) return
    workflow.revision = revision
    if (!revision) {
      workflow.document.markSaved('')
      this.drafts.storeLater(workflow)
    }
    this.updateState()
  }

  /** Returns true if a tab of this window has the workflow. */
  isOpen = (id: string): boolean => this.tabs.find((each) => each.id === id) !== undefined

  /**
   * Notices that another window deleted an open workflow. Its tab keeps the content, as a workflow
   * that was never saved.
   */
  async checkDeleted() {
    const { library } = this
    for (const workflow of this.tabs.all()) {
      if (!workflow.revision || workflow.pending) continue
      const saved = await library.load(workflow.id).catch(() => workflow)
      if (saved || !isStorageReady()) continue
      this.applyRevision(workflow.id, 0)
      await this.drafts.store(workflow)
      const name = translateWorkflow(workflow.name)
      showToast(texts.storage.deletedElsewhere(name), { text: texts.storage.deletedHint })
    }
  }

  /** Sets the name, also in the graph unless its file is of another program. */
  private renameShown(name: string) {
    this.tabs.shown.title = name
    if (isForeign(this.present.file)) this.updateState()
    else this.setTitle(name)
  }

  // ---- publishing

  private publish(change: WorkflowChange) {
    if (change.kind !== 'preview') this.updateState(change)
    if (change.kind !== 'open' && change.kind !== 'show' && change.kind !== 'preview')
      this.drafts.schedule()
    for (const listener of this.listeners) listener(change)
  }

  private publishShown() {
    this.publish({ kind: 'show', before: this.present, after: this.present })
  }

  private updateState(change?: WorkflowChange) {
    const { stage, tabs } = this
    const { shown } = tabs
    const { document } = shown
    const within = stage.within()
    shown.name = this.details().title || shown.title || texts.untitled
    batch(() => {
      state.workflowId.value = shown.id
      state.workflowName.value = shown.name
      state.readyId.value = shown.ready
      state.revision.value = shown.revision
      state.savedText.value = document.savedText
      state.presentText.value = document.present.text
      state.undoable.value = { undo: document.canUndo, redo: document.canRedo }
      state.levelTitles.value = within === undefined ? [] : (stage.nodeTitles(within) ?? [])
      if (change) state.lastChange.value = change
      tabs.publish()
    })
  }
}

/** Entry that opens a closed workflow again. */
function reopened(workflow: OpenWorkflow): OpenEntry {
  const { id, draftId, name, ready, pending } = workflow
  if (pending) return pending.entry
  return { id: isUnsaved(workflow) ? draftId : id, name, ...(ready && { ready }) }
}

const isStorageReady = () => storageAvailability.value.state === 'ready'

/** Nothing waits for this: a storage that does not answer may not answer this either. */
async function refreshStorageUsed() {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined)
  state.storageUsed.value = estimate && { used: estimate.usage ?? 0, quota: estimate.quota ?? 0 }
}
