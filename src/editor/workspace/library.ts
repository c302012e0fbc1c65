// The library of this browser: saved workflows, their versions, drafts of unsaved changes, and the
// settings. A draft replaces a saved file only when the user saves it.
import { readSettings, type Settings } from '../storage/settings.ts'
import type { Stores } from '../storage/stores.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { createVersionStore, type VersionStore } from './versions.ts'

export interface SavedWorkflow {
  id: string
  name: string
  /** Text of the file. `name` overrides the title in it. */
  text: string
  created: number
  saved: number
  /** Increases with every save, so that other windows can detect conflicts. */
  revision: number
}

/** Unsaved changes of a workflow, which may not be in the library yet. */
export interface Draft {
  id: string
  /** Id of the workflow. Differs from `id` in a second window with the same workflow. */
  of: string
  name: string
  text: string
  /** Revision that the changes are based on; 0 for a new workflow. */
  revision: number
  changed: number
  /** True for an opened file without changes. */
  untouched?: boolean
}

/** Thrown if another window saved the workflow in the meantime. */
export class ConflictError extends Error {
  readonly theirs: SavedWorkflow

  constructor(theirs: SavedWorkflow) {
    super(texts.storage.conflict(translateWorkflow(theirs.name)))
    this.name = 'ConflictError'
    this.theirs = theirs
  }
}

export interface Library {
  readonly versions: VersionStore
  list(): Promise<SavedWorkflow[]>
  load(id: string): Promise<SavedWorkflow | undefined>
  /** @throws ConflictError if another window saved it since `revision`, except with `overwrite` */
  save(
    workflow: Pick<SavedWorkflow, 'id' | 'name' | 'text' | 'revision'>,
    overwrite?: boolean,
  ): Promise<SavedWorkflow>
  /**
   * Renames a workflow, as a new revision: a window with the old name must not overwrite it. Returns
   * the revision; undefined if the workflow does not exist.
   */
  rename(id: string, name: string): Promise<number | undefined>
  duplicate(id: string, name: string): Promise<SavedWorkflow>
  /**
   * Removes a workflow with its versions and, unless `keepDraft` is set, its unsaved changes. Returns
   * a function that restores them.
   */
  remove(id: string, options?: { keepDraft?: boolean }): Promise<() => Promise<void>>
  draft(id: string): Promise<Draft | undefined>
  drafts(): Promise<Draft[]>
  storeDraft(draft: Draft): Promise<void>
  removeDraft(id: string): Promise<void>
  loadSettings(): Promise<Settings>
  /** Stores some of the settings. Others may have been changed by another window. */
  storeSettings(change: Partial<Settings>): Promise<void>
}

export const newId = () => crypto.randomUUID()

export function createLibrary(
  stores: Pick<Stores, 'workflows' | 'drafts' | 'settings' | 'versions'>,
  now: () => number = Date.now,
): Library {
  const { workflows, drafts, settings } = stores
  const versions = createVersionStore(stores.versions, now)
  const load = (id: string) => workflows.get<SavedWorkflow>(id)
  const put = async (workflow: SavedWorkflow) => {
    await workflows.set(workflow.id, workflow)
    return workflow
  }
  return {
    versions,
    list: async () => (await workflows.all<SavedWorkflow>()).sort((a, b) => b.saved - a.saved),
    load,
    async save(workflow, overwrite = false) {
      let before: SavedWorkflow | undefined
      let saved: SavedWorkflow | undefined
      await workflows.update<SavedWorkflow>(workflow.id, (stored) => {
        // Applied again after a late answer of the storage.
        if (saved && stored?.revision === saved.revision && stored.text === saved.text)
          return stored
        if (stored && stored.revision !== workflow.revision && !overwrite)
          throw new ConflictError(stored)
        before = stored
        return (saved = nextRevision(workflow, stored, now()))
      })
      // Workflows that were saved before versions existed get their first version here.
      if (before) await versions.add(workflow.id, before.text)
      await versions.add(workflow.id, workflow.text)
      return saved ?? nextRevision(workflow, before, now())
    },
    async rename(id, name) {
      let revision: number | undefined
      await workflows.update<SavedWorkflow>(id, (stored) => {
        if (!stored) return undefined
        revision = stored.revision + Number(stored.name !== name)
        return { ...stored, name, revision }
      })
      return revision
    },
    async duplicate(id, name) {
      const before = await load(id)
      if (!before) throw new Error(texts.storage.deleted)
      return put({ ...before, id: newId(), name, created: now(), saved: now(), revision: 1 })
    },
    async remove(id, { keepDraft = false } = {}) {
      const [workflow, draft] = await Promise.all([load(id), drafts.get<Draft>(id)])
      const restoreVersions = await versions.remove(id)
      await Promise.all([workflows.del(id), ...(keepDraft ? [] : [drafts.del(id)])])
      return async () => {
        await restoreVersions()
        // Another window may have saved it again.
        if (workflow) await workflows.update(id, (stored) => stored ?? workflow)
        if (draft) await drafts.update(id, (stored) => stored ?? draft)
      }
    },
    draft: (id) => drafts.get<Draft>(id),
    drafts: async () => (await drafts.all<Draft>()).sort((a, b) => b.changed - a.changed),
    storeDraft: (draft) => drafts.set(draft.id, draft),
    removeDraft: (id) => drafts.del(id),
    loadSettings: async () => readSettings(await settings.get('settings')),
    storeSettings: (change) =>
      settings.update<Settings>('settings', (stored) => ({ ...readSettings(stored), ...change })),
  }
}

const nextRevision = (
  { id, name, text, revision }: Pick<SavedWorkflow, 'id' | 'name' | 'text' | 'revision'>,
  before: SavedWorkflow | undefined,
  now: number,
): SavedWorkflow => ({
  id,
  name,
  text,
  created: before?.created ?? now,
  saved: now,
  revision: (before?.revision ?? revision) + 1,
})
