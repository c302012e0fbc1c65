// What a tab has open: a workflow with its history and its draft. Also which tabs a window had, for when it is loaded again.
import { stringifyWorkflow } from '../nodes/workflow.ts'
import { createHistory, type History } from './history.ts'
import { newId, type Draft, type Settings } from './library.ts'
import type { Scene } from './scenes.ts'
import type { Levels } from './subgraph/stage.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** How a workflow is opened. */
export interface Opening {
  id: string
  title?: string
  /** 0 until it is in the library. */
  revision: number
  /** What it counts as saved with; by default what it opens as. */
  saved?: string
  ready?: string
  /** It came from a file: until it is saved, this browser has it as a draft alone. */
  outside?: boolean
}

export interface Session extends Opening {
  readonly key: number
  name: string
  saved: string
  readonly history: History
  /** Another than `id` where another window has the workflow open too. */
  draftId: string
  /** Lets other windows have the workflow. */
  release: () => void
  /** On the canvas while its tab is shown; here while another is. */
  scene?: Scene
  banner: (typeof state.banner)['value']
  readonly found: state.Found
  /** A tab of the last time that nobody has looked at yet; with unsaved changes or not. */
  waiting?: { open: Open; dirty: boolean }
}

let lastKey = 0

export const newSession = (opening: Opening): Session => ({
  ...opening,
  key: ++lastKey,
  name: opening.title ?? texts.untitled,
  saved: opening.saved ?? '',
  history: createHistory(),
  draftId: opening.id,
  release: () => {},
  banner: undefined,
  found: state.newFound(),
})

export const isDirty = ({ waiting, history, saved }: Session): boolean => waiting?.dirty ?? history.present !== saved

/** Nothing of it would be missed: a ready workflow that was only looked at, or an empty one. */
export const isSpare = (session: Session): boolean =>
  !isDirty(session) &&
  !session.revision &&
  !session.outside &&
  !session.waiting &&
  !session.found.ended.value &&
  state.run.present.value?.tab !== session.key

/** The text of what its graph is now. */
export const textOf = (session: Session, stage: Pick<Levels, 'whole'>): string =>
  stringifyWorkflow(stage.whole(session.scene?.graph))

export const draftOf = (session: Session): Draft => ({
  id: session.draftId,
  of: session.id,
  name: session.name,
  text: session.history.present,
  revision: session.revision,
  changed: Date.now(),
  ...(!isDirty(session) && { untouched: true }),
})

const lockOf = (id: string) => `litegraph-diffusion ${id}`

/** One window has a workflow; another that opens it keeps its drafts apart, and says so. */
export async function claim(session: Session): Promise<void> {
  session.draftId = session.id
  session.release = () => {}
  if (!navigator.locks) return
  session.release = await new Promise<() => void>((resolve) => {
    void navigator.locks.request(lockOf(session.id), { ifAvailable: true }, (lock) => {
      if (lock) return new Promise<void>((free) => resolve(free))
      session.draftId = newId()
      session.banner = { text: texts.draft.elsewhere, actions: [] }
      resolve(() => {})
      return undefined
    })
  })
}

// ---- what was open

export type Open = NonNullable<Settings['open']>

/** The tabs of a window, and which of them was shown. */
export interface Tabs {
  open?: Open
  tabs: readonly Open[]
}

export const openOf = (session: Session): Open => {
  if (session.waiting) return session.waiting.open
  const untouched = session.ready && !isDirty(session) && session.revision === 0
  return { id: session.id, name: session.name, ...(untouched && { ready: session.ready! }) }
}

/** A window that is loaded again opens what it had; a new one what was open last, but for what others have open. */
export async function lastTabs({ open, tabs = open ? [open] : [] }: Settings): Promise<Tabs> {
  const own = recall()
  if (own) return own
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {}
  const elsewhere = new Set(held.map(({ name }) => name))
  return { ...(open && { open }), tabs: tabs.filter(({ id }) => id === open?.id || !elsewhere.has(lockOf(id))) }
}

function recall(): Tabs | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem('tabs') ?? 'null') as Tabs | null) ?? undefined
  } catch {
    return undefined
  }
}

export function rememberTabs(tabs: Tabs) {
  try {
    sessionStorage.setItem('tabs', JSON.stringify(tabs))
  } catch {
    // Without storage a window that is loaded again begins like a new one.
  }
}
