// Table of the parts of a backup.
import { computeSha256 } from '../../engine/checkpoint/archive.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import { checkRecord } from '../../engine/plan/record.ts'
import type { StateStore } from '../../engine/plan/store.ts'
import { isLessonProgress, type LessonProgress } from '../../lessons/summary.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { isRunRecord, type Run } from '../runs/record.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { recordShapes } from '../storage/recordShapes.ts'
import { defaultSettings, readSettings } from '../storage/settings.ts'
import { time } from '../storage/shapes.ts'
import type { Store, Stores } from '../storage/stores.ts'
import type { SavedNode } from '../subgraph/savedNodes.ts'
import { texts } from '../texts/texts.ts'
import { fileName } from '../ui/format.ts'
import { newId, type Draft, type SavedWorkflow } from '../workspace/library.ts'
import type { Version } from '../workspace/versions.ts'
import { BackupError } from './error.ts'
import { createPart, textEntry, utf8Length, type About, type Part } from './part.ts'
import { decodeRecord, encodeRecord, parseJson } from './records.ts'

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
  workflows: textsPart<SavedWorkflow>(stores.workflows, 'workflows', {
    when: ({ saved }) => saved,
    read: (about, bytes) => ({
      id: readText(about, 'id'),
      name: readText(about, 'name'),
      text: decodeWorkflow(bytes),
      created: readNumber(about.created),
      saved: readNumber(about.saved),
      revision: Math.max(1, readNumber(about.revision)),
    }),
    isSame: (stored, { id, name, text }) =>
      stored.text === text && (stored.id === id || stored.name === texts.copyOf(name)),
    copy: (workflow) => ({ ...workflow, revision: 1 }),
  }),
  versions: versionsPart(stores),
  drafts: textsPart<Draft>(stores.drafts, 'drafts', {
    when: ({ changed }) => changed,
    read: (about, bytes) => ({
      id: readText(about, 'id'),
      of: readText(about, 'of'),
      name: readText(about, 'name'),
      text: decodeWorkflow(bytes),
      revision: readNumber(about.revision),
      changed: readNumber(about.changed),
    }),
    isSame: (stored, { text }) => stored.text === text,
    copy: (draft, id) => ({ ...draft, of: id, revision: 0 }),
  }),
  nodes: textsPart<SavedNode>(stores.nodes, 'nodes', {
    when: ({ saved }) => saved,
    read: (about, bytes) => ({
      id: readText(about, 'id'),
      name: readText(about, 'name'),
      description: readOptionalText(about.description, 2000) ?? '',
      text: decodeWorkflow(bytes),
      revision: Math.max(1, readNumber(about.revision)),
      saved: readNumber(about.saved),
    }),
    isSame: (stored, { id, name, text }) =>
      stored.text === text ||
      (stored.name === texts.copyOf(name) && stored.text.replaceAll(stored.id, id) === text),
    // Its file contains the id of the node as well.
    copy: (node, id) => ({ ...node, text: node.text.replaceAll(node.id, id) }),
  }),
  runs: runsPart(stores),
  lessons: lessonsPart(stores.lessons),
  checkpoints: filesPart('checkpoints', checkpoints, (bytes) =>
    readFileWith('describeCheckpoint', bytes),
  ),
  datasets: filesPart('datasets', datasets, (bytes) => readFileWith('readDataset', bytes)),
  states: statesPart(states),
  settings: settingsPart(stores.settings),
})

// ---- Fields and contents of entries

const invalid = (field: string) => new BackupError(texts.backup.invalidEntry(field))

/** @throws BackupError if the field is no text of this length */
function readText(about: About, key: string, maxLength = 200): string {
  const value = about[key]
  if (typeof value === 'string' && value && value.length <= maxLength) return value
  throw invalid(key)
}

const readOptionalText = (value: unknown, maxLength: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, maxLength) : undefined

/** Reads a time or a count; 0 if it is none. */
const readNumber = (value: unknown): number =>
  time(value) && (value as number) >= 0 ? Math.floor(value as number) : 0

/** Parses the content of an entry. Throws BackupError if it is damaged. */
function readContent<T>(bytes: Uint8Array, parse: (text: string) => T): T {
  try {
    return parse(new TextDecoder().decode(bytes))
  } catch {
    throw invalid('content')
  }
}

/** Decodes the text of a workflow. Throws WorkflowError if it is invalid. */
function decodeWorkflow(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  parseWorkflow(text, ownTypes)
  return text
}

// ---- Kinds of parts

async function add(store: Store, key: string, value: unknown): Promise<'added'> {
  await store.set(key, value)
  return 'added'
}

/** Records of one store. An import replaces none. */
const inStore = <T>(store: Store, key: (record: T) => string) => ({
  list: () => store.all<T>(),
  remove: (id: string) => store.del(id),
  isPresent: async (record: T) => Boolean(await store.get(key(record))),
  put: (record: T) => add(store, key(record), record),
})

interface TextKind<Saved> {
  when(saved: Saved): number
  read(about: About, bytes: Uint8Array): Saved
  /** Compares a stored record with an imported one. */
  isSame(stored: Saved, imported: Saved): boolean
  /** The record of a copy, apart from its id and name. */
  copy(imported: Saved, id: string): Saved
}

/** Named workflow files. One whose id is that of a different file is imported as a copy. */
const textsPart = <Saved extends SavedWorkflow | SavedNode | Draft>(
  store: Store,
  folder: string,
  { when, read, isSame, copy }: TextKind<Saved>,
): Part =>
  createPart<Saved>({
    ...inStore<Saved>(store, ({ id }) => id),
    item: (saved) => ({
      id: saved.id,
      name: saved.name,
      size: utf8Length(saved.text),
      when: when(saved),
    }),
    entry: ({ text, ...about }) =>
      textEntry(`${folder}/${fileName(about.name)} ${about.id.slice(0, 8)}.json`, text, about),
    read,
    isPresent: async (imported) =>
      (await store.all<Saved>()).some((stored) => isSame(stored, imported)),
    async put(imported) {
      if ((await store.get(imported.id)) === undefined) return add(store, imported.id, imported)
      const id = newId()
      await store.set(id, { ...copy(imported, id), id, name: texts.copyOf(imported.name) })
      return 'copied'
    },
  })

const versionsPart = ({ versions, workflows }: Stores): Part =>
  createPart<{ version: Version; workflow: string | undefined }, Version>({
    ...inStore<Version>(versions, ({ id }) => id),
    async list() {
      const saved = await workflows.all<SavedWorkflow>()
      const names = new Map(saved.map(({ id, name }) => [id, name]))
      const all = await versions.all<Version>()
      return all.map((version) => ({ version, workflow: names.get(version.of) }))
    },
    item: ({ version: { id, when, text, name }, workflow }) => ({
      id,
      name: [workflow ?? '–', name].filter(Boolean).join(' · '),
      size: utf8Length(text),
      when,
    }),
    entry({ version: { text, ...about } }) {
      const time = new Date(about.when).toISOString().replaceAll(':', '-')
      return textEntry(`versions/${about.of.slice(0, 8)}/${time}.json`, text, about)
    },
    read(about, bytes) {
      const [of, when] = [readText(about, 'of'), readNumber(about.when)]
      const name = readOptionalText(about.name, 120)
      const text = decodeWorkflow(bytes)
      return { id: `${of} ${when}`, of, when, text, ...(name !== undefined && { name }) }
    },
  })

const runStores = ['runs', 'runDetails', 'sweeps'] as const

interface RunRecord {
  kind: (typeof runStores)[number]
  id: string
  record: unknown
}

const recordId = (record: unknown) => String((record as { id?: unknown }).id)

/** Runs with their details, and sweeps. */
const runsPart = (stores: Stores): Part =>
  createPart<RunRecord>({
    async list() {
      const read = async (kind: RunRecord['kind']) =>
        (await stores[kind].all()).map((record) => ({ kind, id: recordId(record), record }))
      return (await Promise.all(runStores.map(read))).flat()
    },
    async item({ kind, record }) {
      if (kind !== 'runs' || !isRunRecord(record)) return undefined
      const { id, name, when } = record
      const text = await encodeRecord([record, await stores.runDetails.get(id)])
      return { id, name, when, size: utf8Length(text) }
    },
    remove: (id) => Promise.all([stores.runs.del(id), stores.runDetails.del(id)]),
    entry: async ({ kind, id, record }) =>
      textEntry(`runs/${kind}/${fileName(id)}.json`, await encodeRecord(record), { kind, id }),
    read(about, bytes) {
      const kind = runStores.find((each) => each === about.kind)
      const record = withNumbers(readContent(bytes, decodeRecord))
      const id = readText(about, 'id')
      if (!kind || typeof record !== 'object' || record === null || recordId(record) !== id)
        throw invalid('id')
      if (!(kind === 'runs' ? isRunRecord(record) : recordShapes[kind](record)))
        throw invalid('run')
      return { kind, id, record }
    },
    isPresent: async ({ kind, id }) => Boolean(await stores[kind].get(id)),
    put: ({ kind, id, record }) => add(stores[kind], id, record),
  })

/** Older versions wrote results of a run that are not finite as null. */
function withNumbers(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record
  const { loss, metrics } = record as Partial<Record<keyof Run, unknown>>
  return {
    ...record,
    ...(loss === null && { loss: NaN }),
    ...(Array.isArray(metrics) && { metrics: metrics.map(withValue) }),
  }
}

const withValue = (metric: unknown): unknown =>
  typeof metric === 'object' && metric !== null && 'value' in metric && metric.value === null
    ? { ...metric, value: NaN }
    : metric

/** Progress in lessons. */
export const lessonsPart = (store: Store): Part =>
  createPart<LessonProgress>({
    ...inStore<LessonProgress>(store, ({ lesson }) => lesson),
    list: async () => (await store.all<LessonProgress>()).filter(isLessonProgress),
    item: (progress) => ({
      id: progress.lesson,
      name: progress.lesson,
      size: utf8Length(JSON.stringify(progress)),
    }),
    entry(progress) {
      const { lesson } = progress
      const path = `lessons/${fileName(lesson.replaceAll('/', ' '))}.json`
      return textEntry(path, JSON.stringify(progress), { lesson })
    },
    read(about, bytes) {
      const progress = parseJson(bytes)
      if (!isLessonProgress(progress) || progress.lesson !== about.lesson) throw invalid('lesson')
      return progress
    },
  })

/** Stored files; `check` rejects for invalid ones. */
const filesPart = (
  folder: string,
  files: FileStore,
  check: (bytes: Uint8Array) => Promise<unknown>,
): Part =>
  createPart<StoredFile, { name: string; sha256: unknown; bytes: Uint8Array }>({
    list: () => files.list(),
    item: ({ name, size, sha256 }) => ({ id: sha256, name, size }),
    remove: (id) => files.remove(id),
    entry: ({ name, size, sha256 }) => ({
      path: `${folder}/${sha256.slice(0, 12)}/${fileName(name)}`,
      size,
      raw: true,
      about: { name, sha256 },
      bytes: async () => checkContent(await files.get(sha256), sha256),
    }),
    read: (about, bytes) => ({ name: readText(about, 'name'), sha256: about.sha256, bytes }),
    isPresent: async ({ sha256 }) => (await files.list()).some((each) => each.sha256 === sha256),
    async put({ name, sha256, bytes }) {
      checkContent(bytes, sha256)
      await check(bytes)
      await files.save(name, bytes)
      return 'added'
    },
  })

/** Returns the content of a stored file; throws Error unless it is what the SHA-256 names. */
function checkContent(bytes: Uint8Array | undefined, sha256: unknown): Uint8Array {
  if (!bytes) throw new Error(texts.backup.gone)
  if (computeSha256(bytes) !== sha256) throw new Error(texts.backup.damagedContent)
  return bytes
}

const statesPart = (store: StateStore): Part =>
  createPart<{ key: string; size: number }, { key: string; bytes: Uint8Array }>({
    list: () => store.list(''),
    item: ({ key, size }) => ({ id: key, name: key, size }),
    remove: (id) => store.delete(id),
    entry: ({ key, size }, i) => ({
      path: `states/${i + 1}.bin`,
      size,
      raw: true,
      about: { key },
      bytes: async () => checkState(key, await store.get(key)),
    }),
    read: (about, bytes) => ({ key: readText(about, 'key', 1000), bytes }),
    isPresent: async ({ key }) => (await store.list(key)).some((each) => each.key === key),
    async put({ key, bytes }) {
      await store.put(key, checkState(key, bytes))
      return 'added'
    },
  })

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
  return createPart<object, { before: object; merged: object }>({
    async list() {
      // Open tabs are specific to this browser.
      const { open: _, tabs: __, ...shared } = await current()
      return [shared]
    },
    item: (settings) => ({
      id: 'settings',
      name: texts.backup.parts.settings,
      size: utf8Length(JSON.stringify(settings)),
    }),
    remove: () => store.del('settings'),
    entry: (settings) => textEntry('settings.json', JSON.stringify(settings, null, 2), {}),
    async read(_, bytes) {
      const imported: unknown = readContent(bytes, JSON.parse)
      if (typeof imported !== 'object' || imported === null) throw invalid('settings')
      const before = await current()
      return { before, merged: mergeSettings({ ...before }, { ...readSettings(imported) }) }
    },
    isPresent: async ({ before, merged }) => JSON.stringify(merged) === JSON.stringify(before),
    put: ({ merged }) => add(store, 'settings', merged),
  })
}

/** Applies imported settings where the current ones still have their default values. */
function mergeSettings(
  current: Record<string, unknown>,
  imported: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...current }
  for (const [key, initial] of Object.entries(defaultSettings)) {
    const isDefault = JSON.stringify(current[key]) === JSON.stringify(initial)
    const value = imported[key]
    if (isDefault && value != null && typeof value === typeof initial) merged[key] = value
  }
  return merged
}
