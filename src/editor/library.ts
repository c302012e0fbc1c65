// What the browser keeps for the user: workflows, drafts of unsaved changes, settings; all that is text. A draft never becomes
// the saved file by itself. Versions (versions/keep.ts), runs (runs/keep.ts) and nodes of the user's own (subgraph/mine.ts) are kept beside
// them.
import { createStore, del, entries, get, keys, set, type UseStore } from 'idb-keyval'
import { messageOf } from '../engine/plan/fault.ts'
import type { RunStores } from './runs/keep.ts'
import type { Step } from './tour/steps.ts'
import { type Language, said, texts, translated } from './texts.ts'
import { keepVersions, type Versions } from './versions/keep.ts'

export interface SavedWorkflow {
  id: string
  name: string
  /** The file, as it would be on disk; its title is `name`, whatever it says. */
  text: string
  created: number
  saved: number
  /** Rises with every save, so that a second tab notices. */
  revision: number
}

/** Changes not yet saved: of a workflow in the library, or of one that never was in it. */
export interface Draft {
  id: string
  /** The workflow it is of. The same as `id`, except in a second tab that has the workflow open too. */
  of: string
  name: string
  text: string
  /** The revision it started from; 0 for a new workflow. */
  revision: number
  changed: number
  /** As it was opened from a file: nothing was changed yet. */
  untouched?: boolean
}

export interface Settings {
  theme: 'system' | 'dark' | 'light' | 'contrast'
  language: 'system' | Language
  /** What was shown last; `ready` if it is a ready workflow that was not changed. */
  open?: { id: string; name?: string; ready?: string }
  /** All that had a tab, in their order. */
  tabs?: readonly NonNullable<Settings['open']>[]
  recentNodes: string[]
  panel: boolean
  /** A map of the graph where it is larger than the window. */
  minimap: boolean
  /** How far the tour has come, and of which workflow; whether it is over. */
  tour?: { of: string; step: Step; ended?: 'done' | 'skipped' }
  /** Graphs that do not train run again with every change. */
  live: boolean
  /** What nodes take is measured, and shown on them. */
  measures: boolean
}

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  recentNodes: [],
  panel: true,
  minimap: true,
  live: true,
  measures: false,
}

/** Somebody saved in the meantime. */
export class ConflictError extends Error {
  readonly theirs: SavedWorkflow

  constructor(theirs: SavedWorkflow) {
    super(texts.storage.conflict(translated(theirs.name)))
    this.name = 'ConflictError'
    this.theirs = theirs
  }
}

export interface Library {
  readonly versions: Versions
  list(): Promise<SavedWorkflow[]>
  load(id: string): Promise<SavedWorkflow | undefined>
  /** @throws ConflictError if it was saved elsewhere since `revision`, unless `over` is true */
  save(workflow: Pick<SavedWorkflow, 'id' | 'name' | 'text' | 'revision'>, over?: boolean): Promise<SavedWorkflow>
  rename(id: string, name: string): Promise<void>
  duplicate(id: string, name: string): Promise<SavedWorkflow>
  /** Returns its own undo. */
  remove(id: string): Promise<() => Promise<void>>
  draft(id: string): Promise<Draft | undefined>
  drafts(): Promise<Draft[]>
  keepDraft(draft: Draft): Promise<void>
  dropDraft(id: string): Promise<void>
  settings(): Promise<Settings>
  keepSettings(settings: Settings): Promise<void>
}

/** One purpose, one store. */
export interface Stores extends RunStores {
  workflows: Store
  drafts: Store
  settings: Store
  versions: Store
  nodes: Store
}

/** The few things a store must do; IndexedDB, or memory where there is none. */
export interface Store {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  del(key: string): Promise<void>
  all<T>(): Promise<T[]>
  keys(): Promise<string[]>
}

export const newId = () => crypto.randomUUID()

export function createLibrary(
  stores: Pick<Stores, 'workflows' | 'drafts' | 'settings' | 'versions'>,
  now: () => number = Date.now,
): Library {
  const { workflows, drafts, settings } = stores
  const versions = keepVersions(stores.versions, now)
  const load = (id: string) => workflows.get<SavedWorkflow>(id)
  const put = async (workflow: SavedWorkflow) => {
    await workflows.set(workflow.id, workflow)
    return workflow
  }
  return {
    versions,
    list: async () => (await workflows.all<SavedWorkflow>()).sort((a, b) => b.saved - a.saved),
    load,
    async save({ id, name, text, revision }, over = false) {
      const before = await load(id)
      if (before && before.revision !== revision && !over) throw new ConflictError(before)
      const created = before?.created ?? now()
      const saved = await put({ id, name, text, created, saved: now(), revision: (before?.revision ?? revision) + 1 })
      // What was saved before there were versions is the first.
      if (before) await versions.add(id, before.text)
      await versions.add(id, text)
      return saved
    },
    async rename(id, name) {
      const before = await load(id)
      if (before) await put({ ...before, name })
    },
    async duplicate(id, name) {
      const before = await load(id)
      if (!before) throw new Error(texts.storage.gone)
      return put({ ...before, id: newId(), name, created: now(), saved: now(), revision: 1 })
    },
    async remove(id) {
      const [workflow, draft] = await Promise.all([load(id), drafts.get<Draft>(id)])
      const bringVersions = await versions.remove(id)
      await Promise.all([workflows.del(id), drafts.del(id)])
      return async () => {
        await bringVersions()
        if (workflow) await workflows.set(id, workflow)
        if (draft) await drafts.set(id, draft)
      }
    },
    draft: (id) => drafts.get<Draft>(id),
    drafts: async () => (await drafts.all<Draft>()).sort((a, b) => b.changed - a.changed),
    keepDraft: (draft) => drafts.set(draft.id, draft),
    dropDraft: (id) => drafts.del(id),
    settings: async () => ({ ...defaultSettings, ...(await settings.get<Partial<Settings>>('settings')) }),
    keepSettings: (value) => settings.set('settings', value),
  }
}

// ---- stores

const PREFIX = 'litegraph-diffusion'

const inDatabase = (store: UseStore): Store => ({
  get: (key) => get(key, store),
  set: (key, value) => set(key, value, store),
  del: (key) => del(key, store),
  all: async <T>() => (await entries<string, T>(store)).map(([, value]) => value),
  keys: () => keys(store),
})

export function inMemory(): Store {
  const kept = new Map<string, unknown>()
  return {
    get: async <T>(key: string) => kept.get(key) as T | undefined,
    set: async (key, value) => void kept.set(key, structuredClone(value)),
    del: async (key) => void kept.delete(key),
    all: async <T>() => [...kept.values()] as T[],
    keys: async () => [...kept.keys()],
  }
}

/**
 * The stores of this browser. Where IndexedDB is missing or forbidden (private windows of some browsers), memory:
 * everything works until the tab is closed, and `lasting` says that it is so.
 */
export async function openStores(prefix = PREFIX): Promise<{ stores: Stores; lasting: boolean }> {
  const names = ['workflows', 'drafts', 'settings', 'versions', 'runs', 'runDetails', 'sweeps', 'nodes'] as const
  const make = (kind: (name: string) => Store): Stores =>
    Object.fromEntries(names.map((name) => [name, kind(name)])) as unknown as Stores
  try {
    const stores = make((name) => inDatabase(createStore(`${prefix}-${name}`, name)))
    await stores.settings.get('settings') // opens the database: this is where a private window refuses
    return { stores, lasting: true }
  } catch {
    return { stores: make(inMemory), lasting: false }
  }
}

/** What people keep should not go when the browser is short of room. Some browsers ask them, once. */
export const keepForGood = () => void navigator.storage?.persist?.().catch(() => {})

export const isQuotaError = (error: unknown) => error instanceof DOMException && /quota/i.test(error.name)

/** Why something could not be kept, for people. */
export const storageMessage = (error: unknown): string =>
  isQuotaError(error) ? texts.storage.full : texts.storage.failed(said(messageOf(error)))
