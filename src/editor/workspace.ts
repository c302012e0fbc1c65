// The open workflow: opening, editing with undo, saving, and drafts of what is not saved.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { emptyWorkflow, parseWorkflow, stringifyWorkflow } from '../nodes/workflow.ts'
import { byType } from './declarations.ts'
import { clock } from './format.ts'
import { FIRST, ready } from './gallery.ts'
import { createHistory } from './history.ts'
import { ConflictError, keepForGood, newId, storageMessage, type Draft, type Library, type Settings } from './library.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

export interface Workspace {
  /** Opens what was open last, or the first ready workflow. */
  begin(): Promise<void>
  /** The canvas says that something may be different. */
  touched(): void
  /** While the pointer is down, changes are one step. */
  pressed(down: boolean): void
  /** Changes the open file as data: what is pasted, opened or inserted. `edit` gets the present file. */
  edit(change: (file: WorkflowFile) => { file: WorkflowFile; select?: readonly NodeId[] }): void
  setParam(node: LGraphNode, name: string, value: unknown): void
  /** The present state, without a step of undo: seeds that a run drew. */
  amend(): void
  undo(): void
  redo(): void
  setTitle(title: string): void
  setAbout(about: string): void
  about(): string
  text(): string
  newWorkflow(): Promise<void>
  /** @throws WorkflowError; then nothing has changed */
  openText(text: string, name: string): Promise<string[]>
  openSaved(id: string): Promise<void>
  openDraft(draft: Draft): Promise<void>
  openReady(id: string): Promise<void>
  save(): Promise<void>
  saveAs(): Promise<void>
  refresh(): Promise<void>
  /** Writes the draft now: the page may be about to go. */
  flush(): void
}

interface Opening {
  id: string
  /** What it is called. It is written into it, unless it is of another program. */
  title?: string
  revision: number
  /** What it counts as saved with; by default what it opens as. */
  saved?: string
  ready?: string
  /** It came from a file: until it is saved, this browser has it as a draft alone. */
  outside?: boolean
}

/** `left` is called when another workflow comes in place of the one that is open. */
export function createWorkspace(stage: Stage, library: Library, fit: () => void, left: () => void): Workspace {
  const history = createHistory()
  let release: (() => void) | undefined
  let scheduled = false
  let draftTimer: ReturnType<typeof setTimeout> | undefined
  let draftId = ''
  let leave = () => {}
  let opened: Opening = { id: '', revision: 0 }
  /** Until what was open last is open again; a file that is dropped meanwhile comes after it. */
  let begun: Promise<void> = Promise.resolve()

  const text = () => stringifyWorkflow(stage.file())
  const meaning = () => (stage.graph.extra.diffusion ??= { format: 1 }) as { title?: string; about?: string }
  const follow = () => {
    state.present.value = history.present
    state.name.value = meaning().title || opened.title || texts.untitled
    state.undoable.value = { undo: history.canUndo, redo: history.canRedo }
    state.changes.value++
  }

  function commit() {
    scheduled = false
    if (history.held || !history.commit(text())) return
    follow()
    keepDraftSoon()
  }
  /** Widgets apply what was clicked a little later, and loops get their other end: then it is one step. */
  const touched = () => {
    if (scheduled) return
    scheduled = true
    setTimeout(commit, 40)
  }

  // ---- drafts

  function keepDraftSoon() {
    clearTimeout(draftTimer)
    draftTimer = setTimeout(flush, 400)
  }
  function flush() {
    clearTimeout(draftTimer)
    draftTimer = undefined
    if (!state.dirty.value && !opened.outside) return void library.dropDraft(draftId).catch(() => {})
    const draft = {
      id: draftId,
      of: state.id.value,
      name: state.name.value,
      text: history.present,
      revision: state.revision.value,
      changed: Date.now(),
      ...(!state.dirty.value && { untouched: true }),
    }
    library.keepDraft(draft).then(remember, (error) => state.say(texts.unsaved, { text: storageMessage(error), error: true }))
  }

  // ---- opening

  /** Shows a file that has been read without fault. */
  async function show(file: WorkflowFile, opening: Opening, tellDraft?: Draft) {
    if (draftTimer !== undefined) flush()
    // What was only looked at is not kept: its file is where it came from.
    if (opened.outside && !state.dirty.value) await library.dropDraft(draftId).catch(() => {})
    leave()
    left()
    opened = opening
    state.banner.value = undefined
    const { title } = opening
    if (title !== undefined && !keepsItsForm(file)) file.extra.diffusion = { format: 1, ...file.extra.diffusion, title }
    stage.load(file, { another: true })
    stage.select([])
    stage.forgetRun()
    await settled()
    state.id.value = opening.id
    state.openReady.value = opening.ready
    state.revision.value = opening.revision
    history.reset(text())
    state.saved.value = opening.saved ?? history.present
    follow()
    fit()
    leave = await claim(opening.id)
    if (tellDraft) offerDraft(tellDraft)
    if (opening.outside) keepDraftSoon()
    remember()
    await refresh()
  }

  /** The library remembers what is open, for the next visit. */
  function remember() {
    const untouched = opened.ready && !state.dirty.value && state.revision.value === 0
    const open = { id: state.id.value, ...(untouched && { ready: opened.ready! }) }
    state.settings.value = { ...state.settings.value, open }
    library.keepSettings(state.settings.value).catch(() => {})
    tab.remember(open)
  }

  /** One tab has a workflow; another that opens it keeps its drafts apart, and says so. */
  function claim(id: string): Promise<() => void> {
    draftId = id
    if (!navigator.locks) return Promise.resolve(() => {})
    return new Promise((resolve) => {
      void navigator.locks.request(`litegraph-diffusion ${id}`, { ifAvailable: true }, (lock) => {
        if (!lock) {
          draftId = newId()
          state.banner.value = { text: texts.draft.elsewhere, actions: [] }
          resolve(() => {})
          return undefined
        }
        return new Promise<void>((free) => resolve(free))
      })
    })
  }

  function offerDraft(draft: Draft) {
    const done = () => (state.banner.value = undefined)
    const discard = async () => {
      done()
      await library.dropDraft(draft.id)
      const workflow = await library.load(draft.of)
      if (workflow) await openSaved(draft.of)
      else await openFirst()
    }
    state.banner.value = {
      text: texts.draft.restored(clock(draft.changed)),
      actions: [
        { label: draft.revision ? texts.draft.discard : texts.draft.discardNew, run: () => void discard() },
        { label: texts.draft.keep, run: done },
      ],
    }
  }

  const read = (source: string) => parseWorkflow(source, byType)

  async function openSaved(id: string) {
    const [workflow, draft] = await Promise.all([library.load(id), library.draft(id)])
    if (draft) return openDraft(draft)
    if (!workflow) throw new Error(texts.storage.gone)
    await show(read(workflow.text).workflow, { id, title: workflow.name, revision: workflow.revision })
  }
  async function openDraft(draft: Draft) {
    const { id, of, untouched } = draft
    const { workflow } = read(draft.text)
    const called = keepsItsForm(workflow) && { title: draft.name }
    if (untouched) await show(workflow, { id: of, revision: 0, outside: true, ...called })
    else {
      const before = await library.load(of)
      const revision = before ? draft.revision : 0
      await show(workflow, { id: of, revision, saved: before?.text ?? '', ...called }, { ...draft, revision })
    }
    if (id !== of) await library.dropDraft(id)
  }
  async function openReady(name: string) {
    const workflow = await ready(name)
    if (workflow) await show(read(workflow.text).workflow, { id: newId(), revision: 0, ready: name })
  }
  async function openFirst() {
    if (await ready(FIRST)) await openReady(FIRST)
    else await newWorkflow()
  }
  const newWorkflow = () => show(emptyWorkflow(), { id: newId(), revision: 0 })

  async function refresh() {
    const [workflows, drafts] = await Promise.all([library.list(), library.drafts()])
    state.workflows.value = workflows
    state.drafts.value = drafts
    const estimate = await navigator.storage?.estimate?.().catch(() => undefined)
    state.storageUsed.value = estimate && { used: estimate.usage ?? 0, quota: estimate.quota ?? 0 }
  }

  // ---- saving

  async function keep(id: string, name: string, over = false): Promise<void> {
    try {
      const workflow = await library.save({ id, name, text: history.present, revision: state.revision.value }, over)
      state.id.value = id
      state.revision.value = workflow.revision
      state.saved.value = history.present
      opened = { id, title: name, revision: workflow.revision }
      await library.dropDraft(draftId)
      remember()
      keepForGood()
      state.say(texts.files.saved(name))
    } catch (error) {
      if (error instanceof ConflictError) return settle(error, id, name)
      state.say(texts.unsaved, { text: storageMessage(error), error: true })
    }
    await refresh()
  }

  async function settle(conflict: ConflictError, id: string, name: string) {
    const { dialogs } = texts
    const answer = await state.askChoice(dialogs.conflictTitle, dialogs.conflictText(conflict.theirs.name), [
      { label: dialogs.cancel, value: 'cancel' },
      { label: dialogs.overwrite, value: 'over' },
      { label: dialogs.asCopy, value: 'copy', primary: true },
    ])
    if (answer === 'over') await keep(id, name, true)
    if (answer === 'copy') await keepAs(texts.copyOf(name))
  }

  async function keepAs(name: string) {
    if (!keepsItsForm(stage.file())) setTitle(name)
    const id = newId()
    await library.dropDraft(draftId)
    state.revision.value = 0
    leave()
    leave = await claim(id)
    await keep(id, name)
    follow()
  }

  async function saveAs() {
    const name = await state.askText(texts.dialogs.saveAs, state.name.value, texts.dialogs.save)
    if (name) await keepAs(name)
  }

  function setTitle(title: string) {
    meaning().title = title.trim().slice(0, 120) || texts.untitled
    commit()
  }

  function restore(snapshot: string | undefined) {
    if (snapshot === undefined) return
    stage.load(read(snapshot).workflow)
    follow()
    keepDraftSoon()
  }

  /** Opens what was open last, or the first ready workflow. */
  async function begin() {
    const open = tab.recall() ?? state.settings.value.open
    try {
      const [draft, workflow] = open ? await Promise.all([library.draft(open.id), library.load(open.id)]) : []
      if (draft) return await openDraft(draft)
      if (workflow) return await openSaved(workflow.id)
      if (open?.ready) return await openReady(open.ready)
    } catch (error) {
      state.say(texts.files.unreadable(texts.drawer.mineMeaning), { text: (error as Error).message, error: true })
    }
    await openFirst()
  }

  /** What was asked for while the first workflow was still being opened must not be covered by it. */
  const onceBegun =
    <A extends unknown[]>(open: (...args: A) => Promise<void>) =>
    async (...args: A) => {
      await begun.catch(() => {})
      await open(...args)
    }

  return {
    begin: () => (begun = begin()),
    touched,
    pressed(down) {
      if (down) release ??= history.hold()
      else {
        release?.()
        release = undefined
        touched()
      }
    },
    edit(change) {
      commit()
      const { file, select } = change(stage.file())
      stage.load(file)
      if (select) stage.select(select)
      touched()
    },
    setParam(node, name, value) {
      node.setProperty(name, value)
      stage.redraw()
      touched()
    },
    amend() {
      history.amend(text())
      follow()
      keepDraftSoon()
    },
    undo: () => (commit(), restore(history.undo())),
    redo: () => restore(history.redo()),
    setTitle,
    setAbout(about) {
      meaning().about = about.trim()
      commit()
    },
    about: () => meaning().about ?? '',
    text: () => (commit(), history.present),
    newWorkflow: onceBegun(newWorkflow),
    async openText(source, name) {
      const { workflow, notices } = read(source)
      await begun.catch(() => {})
      const title = workflow.extra.diffusion?.title ? undefined : name
      await show(workflow, { id: newId(), revision: 0, outside: true, ...(title && { title }) })
      return notices
    },
    openSaved: onceBegun(openSaved),
    openDraft: onceBegun(openDraft),
    openReady: onceBegun(openReady),
    async save() {
      commit()
      if (state.revision.value || meaning().title || opened.title) await keep(state.id.value, state.name.value)
      else await saveAs()
    },
    saveAs,
    refresh,
    flush: () => draftTimer !== undefined && flush(),
  }
}

/** One of another program, which is not written into: it is saved as it came. */
const keepsItsForm = ({ extra: { diffusion } }: WorkflowFile) =>
  diffusion?.foreign !== undefined && diffusion.foreign.format !== 'litegraph' && !diffusion.title

type Open = NonNullable<Settings['open']>

/** A tab that is loaded again opens what it had, not what another tab opened since. */
const tab = {
  recall(): Open | undefined {
    try {
      return (JSON.parse(sessionStorage.getItem('open') ?? 'null') as Open | null) ?? undefined
    } catch {
      return undefined
    }
  },
  remember(open: Open) {
    try {
      sessionStorage.setItem('open', JSON.stringify(open))
    } catch {
      // Without storage a loaded tab begins like a new one.
    }
  },
}

/** After loading, slots and partners fall into place in microtasks. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
