// The open workflows, one a tab: opening, editing with undo, saving, and drafts of what is not saved.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { emptyWorkflow, parseWorkflow } from '../nodes/workflow.ts'
import { ownTypes } from './declarations.ts'
import { clock } from './format.ts'
import { FIRST, ready } from './gallery.ts'
import { newId, storageMessage, type Draft, type Library } from './library.ts'
import { createSaving } from './saving.ts'
import { claim, draftOf, isDirty, textOf, type Open, type Opening, type Session } from './session.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'
import { whenStill } from './still.ts'
import { pathOfChange, type Path } from './subgraph/levels.ts'
import { createTabs, type TabHooks } from './tabs.ts'
import { texts, translated } from './texts.ts'

export interface Workspace {
  /** Opens the tabs of the last time, or the first ready workflow. */
  begin(): Promise<void>
  /** The canvas says that something may be different. */
  touched(): void
  /** While the pointer is down, changes are one step. */
  pressed(down: boolean): void
  /** Changes the open file as data: what is pasted, opened or inserted. `edit` gets the present file. */
  edit(change: (file: WorkflowFile) => { file: WorkflowFile; select?: readonly NodeId[] }): void
  /**
   * The same for the workflow with all that is in its subgraphs; with `follow`, what is open afterwards is where it differs. False,
   * and nothing changed, where `change` gives nothing.
   */
  editWhole(change: (whole: WorkflowFile) => WorkflowFile | undefined, options?: { follow?: boolean }): boolean
  /** Goes to a level: the graph itself, or what is inside of a node. False if it is not there. */
  show(path: Path): boolean
  setParam(node: LGraphNode, name: string, value: unknown): void
  /** The present state, without a step of undo: seeds that a run drew. */
  amend(): void
  undo(): void
  redo(): void
  setTitle(title: string): void
  setAbout(about: string): void
  about(): string
  text(): string
  /** In a tab of its own, as all that is opened; where what is shown would not be missed, in its place. */
  newWorkflow(): Promise<void>
  /** @throws WorkflowError; then nothing has changed */
  openText(text: string, name: string): Promise<string[]>
  openSaved(id: string): Promise<void>
  openDraft(draft: Draft): Promise<void>
  openReady(id: string): Promise<void>
  /** Shows another tab. */
  turnTo(key: number): Promise<void>
  /** Closes a tab, by default the one that is shown. What was not saved stays as a draft. */
  close(key?: number): Promise<void>
  /** Puts a tab at another place among the others. */
  moveTab(key: number, to: number): void
  save(): Promise<void>
  saveAs(): Promise<void>
  /** The library has another name for a workflow. */
  renamed(id: string, name: string): void
  /** The library has a workflow at another revision than its tab knows; 0: not any more, what its tab shows was never saved. */
  revised(id: string, revision: number): void
  refresh(): Promise<void>
  /** Writes the draft now: the page may be about to go. */
  flush(): void
  /** Once what was asked for is open. */
  opened(): Promise<void>
}

/** So long after the last change a draft is kept, in milliseconds. */
const DRAFT = 400

export function createWorkspace(stage: Stage, library: Library, hooks: TabHooks & { fit(): void }): Workspace {
  const tabs = createTabs(stage, library, { ...hooks, putAside })
  let letGo: (() => void) | undefined
  let scheduled = false
  /** What the canvas shows was not shown before, and is still to be taken as it is. */
  let amending: { clean: boolean } | undefined

  const text = (of = tabs.shown) => textOf(of, stage)
  const meaning = (of = tabs.shown) =>
    ((of.scene?.graph ?? stage.graph).extra.diffusion ??= { format: 1 }) as { title?: string; about?: string }
  const follow = () => {
    const session = tabs.shown
    const { history } = session
    session.name = meaning().title || session.title || texts.untitled
    state.id.value = session.id
    state.openReady.value = session.ready
    state.revision.value = session.revision
    state.saved.value = session.saved
    state.present.value = history.present
    state.name.value = session.name
    state.undoable.value = { undo: history.canUndo, redo: history.canRedo }
    state.level.value = stage.path().length ? stage.titlesOf(stage.within()!)! : []
    state.changes.value++
    tabs.tell()
  }

  function commit() {
    scheduled = false
    const { history } = tabs.shown
    amendNow()
    if (!history.held) stage.settle()
    if (history.held || !history.commit(text())) return
    follow()
    drafting.ask()
  }
  /** What the canvas makes of a state or a level that it has not shown before is no edit: sizes, values that were left out. */
  function amendSoon() {
    amending = { clean: !isDirty(tabs.shown) }
    follow()
    setTimeout(amendNow, 0)
  }
  function amendNow() {
    if (!amending) return
    const { clean } = amending
    amending = undefined
    stage.settle()
    tabs.shown.history.amend(text())
    if (clean) tabs.shown.saved = tabs.shown.history.present
    follow()
  }
  /** Widgets apply what was clicked a little later, and loops get their other end: then it is one step. */
  const touched = () => {
    if (scheduled) return
    scheduled = true
    setTimeout(commit, 40)
  }
  function pressed(down: boolean) {
    if (down) letGo ??= tabs.shown.history.hold()
    else {
      letGo?.()
      letGo = undefined
      touched()
    }
  }

  // ---- drafts

  const drafting = whenStill(DRAFT, () => void keepDraft())
  async function keepDraft(of = tabs.shown) {
    if (of === tabs.shown) drafting.cancel()
    if (!isDirty(of) && !of.outside) return library.dropDraft(of.draftId).catch(() => {})
    try {
      await library.keepDraft(draftOf(of))
      // The list that is looked at has it, or its new name.
      if (state.drawer.value === 'mine') void refresh()
      tabs.remember()
    } catch (error) {
      state.say(texts.unsaved, { text: storageMessage(error), error: true })
    }
  }
  const flush = () => drafting.waits && void keepDraft()

  /** Before another tab comes on the canvas. */
  function putAside() {
    pressed(false)
    commit()
    flush()
  }

  async function turnTo(key: number) {
    const waiting = tabs.turnTo(key)
    if (waiting) await openAgain(waiting)
    else follow()
  }
  async function close(key = tabs.shown.key) {
    const [closing, next] = tabs.withNext(key)
    if (!closing) return
    if (closing === tabs.shown && next) await turnTo(next.key)
    if (closing === tabs.shown) await show(emptyWorkflow(), { id: newId(), revision: 0 }, { into: closing })
    else tabs.remove(closing)
    await refresh()
    if (!isDirty(closing)) return
    const again = () => void inTurn(() => openAgain(undefined, { id: closing.draftId }))
    state.say(texts.tabs.closed(translated(closing.name)), {
      text: texts.tabs.draftKept,
      action: { label: texts.tabs.reopen, run: again },
    })
  }

  // ---- opening

  interface Showing {
    /** Changes that were not saved, to be told of. */
    draft?: Draft
    /** The tab it is for. */
    into?: Session | undefined
  }

  /** Shows a file that has been read without fault. */
  async function show(file: WorkflowFile, opening: Opening, { draft, into }: Showing = {}) {
    const made = tabs.makePlace(opening, into)
    const { title } = opening
    if (title !== undefined && !keepsItsForm(file)) file.extra.diffusion = { format: 1, ...file.extra.diffusion, title }
    stage.load(file, { another: true })
    stage.select([])
    stage.forgetRun()
    made.history.reset(text(made))
    made.saved = opening.saved ?? made.history.present
    // At once: a run that begins before all has fallen into place is one of this workflow.
    amendSoon()
    await settled()
    hooks.fit()
    await claim(made)
    if (draft) offerDraft(draft)
    else state.banner.value = made.banner
    if (opening.outside) drafting.ask()
    tabs.remember()
    await refresh()
  }

  function offerDraft(draft: Draft) {
    const done = () => (state.banner.value = undefined)
    const discard = async () => {
      done()
      await library.dropDraft(draft.id)
      const workflow = await library.load(draft.of)
      if (workflow) await openSaved(draft.of, tabs.shown)
      else await openFirst(tabs.shown)
    }
    state.banner.value = {
      text: texts.draft.restored(clock(draft.changed)),
      actions: [
        { label: draft.revision ? texts.draft.discard : texts.draft.discardNew, run: () => void discard() },
        { label: texts.draft.keep, run: done },
      ],
    }
  }

  const read = (source: string) => parseWorkflow(source, ownTypes)

  /** Whether it has a tab already, which is then shown. */
  async function isOpen(found: (each: Session) => boolean, into?: Session): Promise<boolean> {
    const there = into ? undefined : tabs.find(found)
    if (there) await turnTo(there.key)
    return there !== undefined
  }

  async function openSaved(id: string, into?: Session): Promise<void> {
    if (await isOpen((each) => each.id === id, into)) return
    const [workflow, draft] = await Promise.all([library.load(id), library.draft(id)])
    if (draft) return openDraft(draft, into)
    if (!workflow) throw new Error(texts.storage.gone)
    await show(read(workflow.text).workflow, { id, title: workflow.name, revision: workflow.revision }, { into })
  }
  async function openDraft(draft: Draft, into?: Session) {
    const { id, of, untouched } = draft
    if (await isOpen((each) => each.draftId === id, into)) return
    const { workflow } = read(draft.text)
    const called = keepsItsForm(workflow) && { title: draft.name }
    if (untouched) await show(workflow, { id: of, revision: 0, outside: true, ...called }, { into })
    else {
      const before = await library.load(of)
      const revision = before ? draft.revision : 0
      const opening = { id: of, revision, saved: before?.text ?? '', ...called }
      await show(workflow, opening, { draft: { ...draft, revision }, into })
    }
    if (id !== of) await library.dropDraft(id)
  }
  async function openReady(name: string, into?: Session) {
    if (await isOpen((each) => each.ready === name && !isDirty(each), into)) return
    const workflow = await ready(name)
    if (workflow) await show(read(workflow.text).workflow, { id: newId(), revision: 0, ready: name }, { into })
  }
  async function openFirst(into?: Session) {
    if (await ready(FIRST)) await openReady(FIRST, into)
    else await show(emptyWorkflow(), { id: newId(), revision: 0 }, { into })
  }

  async function refresh() {
    const [workflows, drafts] = await Promise.all([library.list(), library.drafts()])
    state.workflows.value = workflows
    state.drafts.value = drafts
    const estimate = await navigator.storage?.estimate?.().catch(() => undefined)
    state.storageUsed.value = estimate && { used: estimate.usage ?? 0, quota: estimate.quota ?? 0 }
  }

  /** Opens what was open once; in its tab if it still has one. Without it, the first ready workflow. */
  async function openAgain(into?: Session, { id, ready: name }: Open = into!.waiting!.open) {
    try {
      const [draft, workflow] = await Promise.all([library.draft(id), library.load(id)])
      if (draft) return await openDraft(draft, into)
      if (workflow) return await openSaved(id, into)
      if (name) return await openReady(name, into)
    } catch (error) {
      state.say(texts.files.unreadable(texts.drawer.mineMeaning), { text: (error as Error).message, error: true })
    }
    await openFirst(into)
  }

  async function begin() {
    const changed = (await library.drafts()).filter(({ untouched }) => !untouched)
    const shown = await tabs.recall(new Set(changed.map(({ id }) => id)))
    if (shown) await openAgain(shown)
    else await openFirst()
  }

  /** One after the other: what is asked for while another is being opened, the first at the start, must not be covered by it. */
  let turn: Promise<unknown> = Promise.resolve()
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action)
    turn = result.catch(() => {})
    return result
  }

  // ---- editing

  function restore(snapshot: string | undefined) {
    if (snapshot === undefined) return
    const [before, after] = [stage.whole(), read(snapshot).workflow]
    stage.load(after, { path: pathOfChange(before, after, stage.path()) })
    amendSoon()
    drafting.ask()
  }
  function setTitle(title: string) {
    meaning().title = title.trim().slice(0, 120) || texts.untitled
    commit()
  }
  /** Writes the name into the graph, unless that is of another program. */
  const call = (name: string) => {
    tabs.shown.title = name
    if (!keepsItsForm(stage.file())) setTitle(name)
    else follow()
  }
  const saving = createSaving(library, { shown: () => tabs.shown, call, follow, remember: tabs.remember, refresh })

  return {
    begin: () => inTurn(begin),
    touched,
    pressed,
    edit(change) {
      commit()
      const { file, select } = change(stage.file())
      if (!stage.put(file)) return state.say(texts.subgraph.itself, { error: true })
      if (select) stage.select(select)
      touched()
    },
    editWhole(change, { follow = false } = {}) {
      commit()
      const before = stage.whole()
      const changed = change(before)
      if (!changed) return false
      stage.load(changed, follow ? { path: pathOfChange(before, changed, stage.path()) } : {})
      touched()
      return true
    },
    show(path) {
      commit()
      if (!stage.show(path)) return false
      amendSoon()
      return true
    },
    setParam(node, name, value) {
      node.setProperty(name, value)
      stage.redraw()
      touched()
    },
    amend() {
      tabs.shown.history.amend(text())
      follow()
      drafting.ask()
    },
    undo: () => (commit(), restore(tabs.shown.history.undo())),
    redo: () => (amendNow(), restore(tabs.shown.history.redo())),
    setTitle,
    setAbout(about) {
      meaning().about = about.trim()
      commit()
    },
    about: () => meaning().about ?? '',
    text: () => (commit(), tabs.shown.history.present),
    newWorkflow: () => inTurn(() => show(emptyWorkflow(), { id: newId(), revision: 0 })),
    async openText(source, name) {
      const { workflow, notices } = read(source)
      const title = workflow.extra.diffusion?.title ? undefined : name
      await inTurn(() => show(workflow, { id: newId(), revision: 0, outside: true, ...(title && { title }) }))
      return notices
    },
    openSaved: (id) => inTurn(() => openSaved(id)),
    openDraft: (draft) => inTurn(() => openDraft(draft)),
    openReady: (id) => inTurn(() => openReady(id)),
    turnTo: (key) => inTurn(() => turnTo(key)),
    close: (key) => inTurn(() => close(key)),
    moveTab: tabs.move,
    async save() {
      commit()
      await saving.save(meaning().title || tabs.shown.title)
    },
    saveAs: () => saving.saveAs(),
    renamed(id, name) {
      const tab = tabs.find((each) => each.id === id)
      if (tab === tabs.shown) return setTitle(name)
      if (!tab) return
      tab.name = name
      tabs.tell()
      if (!tab.scene) return
      meaning(tab).title = name
      tab.history.commit(text(tab))
      void keepDraft(tab)
    },
    revised(id, revision) {
      const tab = tabs.find((each) => each.id === id)
      if (!tab) return
      tab.revision = revision
      if (!revision) tab.saved = ''
      follow()
    },
    refresh,
    flush,
    opened: async () => void (await turn),
  }
}

/** One of another program, which is not written into: it is saved as it came. */
const keepsItsForm = ({ extra: { diffusion } }: WorkflowFile) =>
  diffusion?.foreign !== undefined && diffusion.foreign.format !== 'litegraph' && !diffusion.title

/** After loading, slots and partners fall into place in microtasks. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
