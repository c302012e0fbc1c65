// Parts of a backup: listing, deletion, export and import of each kind of stored data.
import { computeSha256 } from '../../engine/checkpoint/archive.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import { checkRecord } from '../../engine/plan/record.ts'
import type { StateStore } from '../../engine/plan/store.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { ownTypes } from '../graph/declarations.ts'
import { fileName } from '../ui/format.ts'
import { newId, type Draft, type SavedWorkflow } from '../workspace/library.ts'
import { defaultSettings, readSettings } from '../storage/settings.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { recordShapes } from '../storage/recordShapes.ts'
import { time } from '../storage/shapes.ts'
import type { Store, Stores } from '../storage/stores.ts'
import { isRun, type Run } from '../runs/record.ts'
import { texts } from '../texts/texts.ts'
import type { SavedNode } from '../subgraph/savedNodes.ts'
import type { Version } from '../workspace/versions.ts'
import { BackupError } from './error.ts'
import { lessonsPart } from './lessonsPart.ts'
import { decodeRecord, encodeRecord } from './records.ts'

export interface StoredItem {
  id: string
  name: string
  /** In bytes. */
  size: number
  when?: number
}

/** Entry of the ZIP. `about` is written to the list of files. */
export interface ArchiveEntry {
  path: string
  size: number
  /** Stored without compression, for data that is compressed already or incompressible. */
  raw?: boolean
  about: Record<string, unknown>
  /** Throws Error if the stored data is damaged, or has been deleted meanwhile. */
  bytes(): Promise<Uint8Array>
}

/** Outcome of an import: new, present already, or stored as a copy beside a different one. */
export type ImportOutcome = 'added' | 'present' | 'copied'

export interface Part {
  items(): Promise<StoredItem[]>
  remove(id: string): Promise<void>
  entries(): Promise<ArchiveEntry[]>
  /** Imports an entry without overwriting existing data. Throws an error with the reason if it is invalid. */
  importEntry(about: Record<string, unknown>, bytes: Uint8Array): Promise<ImportOutcome>
}

/** Store of checkpoints or data sets. */
export interface FileStore {
  list(): Promise<readonly StoredFile[]>
  get(sha256: string): Promise<Uint8Array | undefined>
  save(name: string, bytes: Uint8Array): Promise<unknown>
  remove(sha256: string): Promise<void>
}

export const partIds = [
  'workflows',
  'versions',
  'drafts',
  'nodes',
  'runs',
  'lessons',
  'checkpoints',
  'datasets',
  'states',
  'settings',
] as const
export type PartId = (typeof partIds)[number]
export type Parts = Record<PartId, Part>

interface Sources {
  stores: Stores
  checkpoints: FileStore
  datasets: FileStore
  /** Trained states. */
  states: StateStore
}

export const createParts = ({ stores, checkpoints, datasets, states }: Sources): Parts => ({
  workflows: workflowsPart(stores.workflows),
  versions: versionsPart(stores),
  drafts: draftsPart(stores.drafts),
  nodes: nodesPart(stores.nodes),
  runs: runsPart(stores),
  lessons: lessonsPart(stores.lessons),
  checkpoints: filesPart('checkpoints', checkpoints, (bytes) =>
    readFileWith('describeCheckpoint', bytes),
  ),
  datasets: filesPart('datasets', datasets, (bytes) => readFileWith('readDataset', bytes)),
  states: statesPart(states),
  settings: settingsPart(stores.settings),
})

const encoder = new TextEncoder()
const utf8Length = (text: string) => encoder.encode(text).length
const textEntry = (path: string, text: string, about: Record<string, unknown>): ArchiveEntry => ({
  path,
  size: utf8Length(text),
  about,
  bytes: async () => encoder.encode(text),
})

/** Reads a field of the list of files, which is untrusted. Throws BackupError if it is invalid. */
const readTextField = (about: Record<string, unknown>, key: string, maxLength = 200): string => {
  const value = about[key]
  if (typeof value !== 'string' || !value || value.length > maxLength)
    throw new BackupError(texts.backup.invalidEntry(key))
  return value
}
const readNumberField = (about: Record<string, unknown>, key: string): number => {
  const value = about[key]
  return time(value) && (value as number) >= 0 ? Math.floor(value as number) : 0
}
/** Parses the content of an entry. Throws BackupError if it is damaged. */
function readContent<T>(bytes: Uint8Array, parse: (text: string) => T): T {
  try {
    return parse(new TextDecoder().decode(bytes))
  } catch {
    throw new BackupError(texts.backup.invalidEntry('content'))
  }
}
/** Decodes the text of a workflow. Throws WorkflowError if it is invalid. */
function decodeWorkflow(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  parseWorkflow(text, ownTypes)
  return text
}

/** Part of a store of named workflow files, except for the import. */
const savedTexts = <Saved extends SavedWorkflow | SavedNode>(
  store: Store,
  folder: string,
): Omit<Part, 'importEntry'> => ({
  items: async () =>
    (await store.all<Saved>()).map(({ id, name, text, saved }) => ({
      id,
      name,
      size: utf8Length(text),
      when: saved,
    })),
  remove: (id) => store.del(id),
  entries: async () =>
    (await store.all<Saved>()).map(({ text, ...about }) =>
      textEntry(`${folder}/${fileName(about.name)} ${about.id.slice(0, 8)}.json`, text, about),
    ),
})

function workflowsPart(store: Store): Part {
  return {
    ...savedTexts<SavedWorkflow>(store, 'workflows'),
    async importEntry(about, bytes) {
      const [id, name, text] = [
        readTextField(about, 'id'),
        readTextField(about, 'name'),
        decodeWorkflow(bytes),
      ]
      const all = await store.all<SavedWorkflow>()
      if (
        all.some(
          (each) => each.text === text && (each.id === id || each.name === texts.copyOf(name)),
        )
      )
        return 'present'
      const [created, saved] = [readNumberField(about, 'created'), readNumberField(about, 'saved')]
      const free = !all.some((each) => each.id === id)
      const imported: SavedWorkflow = free
        ? {
            id,
            name,
            text,
            created,
            saved,
            revision: Math.max(1, readNumberField(about, 'revision')),
          }
        : { id: newId(), name: texts.copyOf(name), text, created, saved, revision: 1 }
      await store.set(imported.id, imported)
      return free ? 'added' : 'copied'
    },
  }
}

function nodesPart(store: Store): Part {
  return {
    ...savedTexts<SavedNode>(store, 'nodes'),
    async importEntry(about, bytes) {
      const [id, name, text] = [
        readTextField(about, 'id'),
        readTextField(about, 'name'),
        decodeWorkflow(bytes),
      ]
      const all = await store.all<SavedNode>()
      if (
        all.some(
          (each) =>
            each.text === text ||
            (each.name === texts.copyOf(name) && each.text.replaceAll(each.id, id) === text),
        )
      )
        return 'present'
      const description =
        typeof about.description === 'string' ? about.description.slice(0, 2000) : ''
      const node = {
        id,
        name,
        description,
        text,
        revision: Math.max(1, readNumberField(about, 'revision')),
        saved: readNumberField(about, 'saved'),
      }
      const free = !all.some((each) => each.id === id)
      const copy = newId()
      // Its file contains the id of the node as well.
      const imported: SavedNode = free
        ? node
        : { ...node, id: copy, name: texts.copyOf(name), text: text.replaceAll(id, copy) }
      await store.set(imported.id, imported)
      return free ? 'added' : 'copied'
    },
  }
}

function versionsPart({ versions, workflows }: Stores): Part {
  return {
    async items() {
      const names = new Map(
        (await workflows.all<SavedWorkflow>()).map(({ id, name }) => [id, name]),
      )
      return (await versions.all<Version>()).map(({ id, of, when, text, name }) => ({
        id,
        name: [names.get(of) ?? '–', name].filter(Boolean).join(' · '),
        size: utf8Length(text),
        when,
      }))
    },
    remove: (id) => versions.del(id),
    entries: async () =>
      (await versions.all<Version>()).map(({ text, ...about }) => {
        const time = new Date(about.when).toISOString().replaceAll(':', '-')
        return textEntry(`versions/${about.of.slice(0, 8)}/${time}.json`, text, about)
      }),
    async importEntry(about, bytes) {
      const [of, when, text] = [
        readTextField(about, 'of'),
        readNumberField(about, 'when'),
        decodeWorkflow(bytes),
      ]
      const id = `${of} ${when}`
      if (await versions.get(id)) return 'present'
      const named = typeof about.name === 'string' ? { name: about.name.slice(0, 120) } : {}
      await versions.set(id, { id, of, when, text, ...named } satisfies Version)
      return 'added'
    },
  }
}

function draftsPart(store: Store): Part {
  return {
    items: async () =>
      (await store.all<Draft>()).map(({ id, name, text, changed }) => ({
        id,
        name,
        size: utf8Length(text),
        when: changed,
      })),
    remove: (id) => store.del(id),
    entries: async () =>
      (await store.all<Draft>()).map(({ text, ...about }) =>
        textEntry(`drafts/${fileName(about.name)} ${about.id.slice(0, 8)}.json`, text, about),
      ),
    async importEntry(about, bytes) {
      const [id, of, name, text] = [
        readTextField(about, 'id'),
        readTextField(about, 'of'),
        readTextField(about, 'name'),
        decodeWorkflow(bytes),
      ]
      const all = await store.all<Draft>()
      if (all.some((each) => each.text === text)) return 'present'
      const free = !all.some((each) => each.id === id)
      const changed = readNumberField(about, 'changed')
      const another = newId()
      const draft: Draft = free
        ? { id, of, name, text, revision: readNumberField(about, 'revision'), changed }
        : { id: another, of: another, name: texts.copyOf(name), text, revision: 0, changed }
      await store.set(draft.id, draft)
      return free ? 'added' : 'copied'
    },
  }
}

/** Runs with their details, and sweeps. */
function runsPart(stores: Pick<Stores, 'runs' | 'runDetails' | 'sweeps'>): Part {
  const kinds = ['runs', 'runDetails', 'sweeps'] as const
  const recordId = (record: unknown) => String((record as { id?: unknown }).id)
  return {
    items: async () =>
      Promise.all(
        (await stores.runs.all<unknown>()).filter(isRun).map(async ({ id, name, when }: Run) => ({
          id,
          name,
          when,
          size: utf8Length(
            await encodeRecord([await stores.runs.get(id), await stores.runDetails.get(id)]),
          ),
        })),
      ),
    remove: async (id) =>
      void (await Promise.all([stores.runs.del(id), stores.runDetails.del(id)])),
    async entries() {
      const of = async (kind: (typeof kinds)[number]) =>
        Promise.all(
          (await stores[kind].all<unknown>()).map(async (record) =>
            textEntry(
              `runs/${kind}/${fileName(recordId(record))}.json`,
              await encodeRecord(record),
              {
                kind,
                id: recordId(record),
              },
            ),
          ),
        )
      return (await Promise.all(kinds.map(of))).flat()
    },
    async importEntry(about, bytes) {
      const kind = kinds.find((each) => each === about.kind)
      const record = readContent(bytes, decodeRecord)
      const id = readTextField(about, 'id')
      if (!kind || typeof record !== 'object' || record === null || recordId(record) !== id)
        throw new BackupError(texts.backup.invalidEntry('id'))
      const isValid = kind === 'runs' ? isRun(record) : recordShapes[kind](record)
      if (!isValid) throw new BackupError(texts.backup.invalidEntry('run'))
      if (await stores[kind].get(id)) return 'present'
      await stores[kind].set(id, record)
      return 'added'
    },
  }
}

/** Stored files; `check` rejects for invalid ones. */
function filesPart(
  folder: string,
  files: FileStore,
  check: (bytes: Uint8Array) => Promise<unknown>,
): Part {
  return {
    items: async () =>
      (await files.list()).map(({ name, size, sha256 }) => ({ id: sha256, name, size })),
    remove: (id) => files.remove(id),
    entries: async () =>
      (await files.list()).map(({ name, size, sha256 }) => ({
        path: `${folder}/${sha256.slice(0, 12)}/${fileName(name)}`,
        size,
        raw: true,
        about: { name, sha256 },
        bytes: async () => checkContent(await files.get(sha256), sha256),
      })),
    async importEntry(about, bytes) {
      const name = readTextField(about, 'name')
      if ((await files.list()).some(({ sha256 }) => sha256 === about.sha256)) return 'present'
      checkContent(bytes, about.sha256)
      await check(bytes)
      await files.save(name, bytes)
      return 'added'
    },
  }
}

/** Returns the content of a stored file; throws Error unless it is what the SHA-256 names. */
function checkContent(bytes: Uint8Array | undefined, sha256: unknown): Uint8Array {
  if (!bytes) throw new Error(texts.backup.gone)
  if (computeSha256(bytes) !== sha256) throw new Error(texts.backup.damagedContent)
  return bytes
}

function statesPart(store: StateStore): Part {
  return {
    items: async () =>
      (await store.list('')).map(({ key, size }) => ({ id: key, name: key, size })),
    remove: (id) => store.delete(id),
    entries: async () =>
      (await store.list('')).map(({ key, size }, i) => ({
        path: `states/${i + 1}.bin`,
        size,
        raw: true,
        about: { key },
        bytes: async () => checkState(key, await store.get(key)),
      })),
    async importEntry(about, bytes) {
      const key = readTextField(about, 'key', 1000)
      if ((await store.list(key)).some((each) => each.key === key)) return 'present'
      checkState(key, bytes)
      await store.put(key, bytes)
      return 'added'
    },
  }
}

/** Returns a stored record; throws Error unless it is as it was written under its key. */
function checkState(key: string, bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error(texts.backup.gone)
  try {
    checkRecord(key, bytes)
  } catch {
    throw new Error(texts.backup.damagedContent)
  }
  return bytes
}

/** Settings. The import sets only those that have their default value here. */
function settingsPart(store: Store): Part {
  const current = async () => readSettings(await store.get('settings'))
  // Open tabs are specific to this browser.
  const shared = async () => {
    const { open: _, tabs: __, ...settings } = await current()
    return settings
  }
  return {
    items: async () => [
      {
        id: 'settings',
        name: texts.backup.parts.settings,
        size: utf8Length(JSON.stringify(await shared())),
      },
    ],
    remove: () => store.del('settings'),
    entries: async () => [textEntry('settings.json', JSON.stringify(await shared(), null, 2), {})],
    async importEntry(_, bytes) {
      const imported: unknown = readContent(bytes, JSON.parse)
      if (typeof imported !== 'object' || imported === null)
        throw new BackupError(texts.backup.invalidEntry('settings'))
      const before = await current()
      const merged = mergeSettings(
        { ...before },
        { ...defaultSettings },
        { ...readSettings(imported) },
      )
      if (JSON.stringify(merged) === JSON.stringify(before)) return 'present'
      await store.set('settings', merged)
      return 'added'
    },
  }
}

/** Applies imported settings where the current ones still have their default values. */
function mergeSettings(
  current: Record<string, unknown>,
  defaults: Record<string, unknown>,
  imported: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...current }
  for (const [key, initial] of Object.entries(defaults)) {
    const isDefault = JSON.stringify(current[key]) === JSON.stringify(initial)
    const value = imported[key]
    if (isDefault && value != null && typeof value === typeof initial) merged[key] = value
  }
  return merged
}
