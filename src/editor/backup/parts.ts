// What this browser keeps, part by part: what is in each and how large it is, and how it goes into a ZIP and comes back.
import { describeCheckpoint } from '../../engine/checkpoint/describe.ts'
import { readImages } from '../../engine/datasets/file.ts'
import type { KeptFile } from '../../engine/plan/op.ts'
import type { StateStore } from '../../engine/plan/store.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { ownTypes } from '../declarations.ts'
import { fileName } from '../format.ts'
import { defaultSettings, newId, type Draft, type SavedWorkflow, type Settings, type Store, type Stores } from '../library.ts'
import { isRun, type Run } from '../runs/record.ts'
import { texts } from '../texts.ts'
import type { SavedNode } from '../subgraph/mine.ts'
import type { Version } from '../versions/keep.ts'
import { decode, encode } from './records.ts'

/** One thing that is kept. */
export interface Item {
  id: string
  name: string
  /** In bytes. */
  size: number
  when?: number
}

/** A file of the ZIP. `about` goes into its list. */
export interface Entry {
  path: string
  size: number
  /** As it is: packed already, or numbers that do not pack. */
  raw?: boolean
  about: Record<string, unknown>
  bytes(): Promise<Uint8Array>
}

/** What became of something that came: it is new, was there already, or is kept beside another of its name. */
export type Taken = 'added' | 'there' | 'both'

export interface Part {
  items(): Promise<Item[]>
  remove(id: string): Promise<void>
  entries(): Promise<Entry[]>
  /** Takes one in; what is there is never overwritten. Throws Error if it is not what it says. */
  take(about: Record<string, unknown>, bytes: Uint8Array): Promise<Taken>
}

/** Checkpoints, or data sets. */
export interface Keeper {
  list(): Promise<readonly KeptFile[]>
  get(sha256: string): Promise<Uint8Array | undefined>
  keep(name: string, bytes: Uint8Array): Promise<unknown>
  remove(sha256: string): Promise<void>
}

export const partIds = [
  'workflows',
  'versions',
  'drafts',
  'nodes',
  'runs',
  'checkpoints',
  'datasets',
  'states',
  'settings',
] as const
export type PartId = (typeof partIds)[number]
export type Parts = Record<PartId, Part>

interface Sources {
  stores: Stores
  checkpoints: Keeper
  datasets: Keeper
  /** Of trainings. */
  states: StateStore
}

export const partsOf = ({ stores, checkpoints, datasets, states }: Sources): Parts => ({
  workflows: workflowsIn(stores.workflows),
  versions: versionsIn(stores),
  drafts: draftsIn(stores.drafts),
  nodes: nodesIn(stores.nodes),
  runs: runsIn(stores),
  checkpoints: filesIn('checkpoints', checkpoints, describeCheckpoint),
  datasets: filesIn('datasets', datasets, readImages),
  states: statesIn(states),
  settings: settingsIn(stores.settings),
})

const encoder = new TextEncoder()
const sizeOf = (text: string) => encoder.encode(text).length
const textFile = (path: string, text: string, about: Record<string, unknown>): Entry => ({
  path,
  size: sizeOf(text),
  about,
  bytes: async () => encoder.encode(text),
})

/** Of a list in a ZIP, where anything may stand. */
const textIn = (about: Record<string, unknown>, key: string, longest = 200): string => {
  const value = about[key]
  if (typeof value !== 'string' || !value || value.length > longest) throw new Error(texts.backup.notSaid(key))
  return value
}
const numberIn = (about: Record<string, unknown>, key: string): number => {
  const value = about[key]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}
/** The text of a workflow that can be opened. */
function workflowText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  parseWorkflow(text, ownTypes)
  return text
}

/** Of a store of texts that were saved under names: all but how one is taken in. */
const savedIn = <Saved extends SavedWorkflow | SavedNode>(store: Store, folder: string): Omit<Part, 'take'> => ({
  items: async () =>
    (await store.all<Saved>()).map(({ id, name, text, saved }) => ({ id, name, size: sizeOf(text), when: saved })),
  remove: (id) => store.del(id),
  entries: async () =>
    (await store.all<Saved>()).map(({ text, ...about }) =>
      textFile(`${folder}/${fileName(about.name)} ${about.id.slice(0, 8)}.json`, text, about),
    ),
})

function workflowsIn(store: Store): Part {
  return {
    ...savedIn<SavedWorkflow>(store, 'workflows'),
    async take(about, bytes) {
      const [id, name, text] = [textIn(about, 'id'), textIn(about, 'name'), workflowText(bytes)]
      const all = await store.all<SavedWorkflow>()
      if (all.some((each) => each.text === text && (each.id === id || each.name === texts.copyOf(name)))) return 'there'
      const [created, saved] = [numberIn(about, 'created'), numberIn(about, 'saved')]
      const free = !all.some((each) => each.id === id)
      const kept: SavedWorkflow = free
        ? { id, name, text, created, saved, revision: Math.max(1, numberIn(about, 'revision')) }
        : { id: newId(), name: texts.copyOf(name), text, created, saved, revision: 1 }
      await store.set(kept.id, kept)
      return free ? 'added' : 'both'
    },
  }
}

function nodesIn(store: Store): Part {
  return {
    ...savedIn<SavedNode>(store, 'nodes'),
    async take(about, bytes) {
      const [id, name, text] = [textIn(about, 'id'), textIn(about, 'name'), workflowText(bytes)]
      const all = await store.all<SavedNode>()
      if (
        all.some((each) => each.text === text || (each.name === texts.copyOf(name) && each.text.replaceAll(each.id, id) === text))
      )
        return 'there'
      const description = typeof about.description === 'string' ? about.description.slice(0, 2000) : ''
      const node = {
        id,
        name,
        description,
        text,
        revision: Math.max(1, numberIn(about, 'revision')),
        saved: numberIn(about, 'saved'),
      }
      const free = !all.some((each) => each.id === id)
      const copy = newId()
      // Its file names the node by its id wherever it stands.
      const kept: SavedNode = free ? node : { ...node, id: copy, name: texts.copyOf(name), text: text.replaceAll(id, copy) }
      await store.set(kept.id, kept)
      return free ? 'added' : 'both'
    },
  }
}

function versionsIn({ versions, workflows }: Stores): Part {
  return {
    async items() {
      const names = new Map((await workflows.all<SavedWorkflow>()).map(({ id, name }) => [id, name]))
      return (await versions.all<Version>()).map(({ id, of, when, text, name }) => ({
        id,
        name: [names.get(of) ?? '–', name].filter(Boolean).join(' · '),
        size: sizeOf(text),
        when,
      }))
    },
    remove: (id) => versions.del(id),
    entries: async () =>
      (await versions.all<Version>()).map(({ text, ...about }) =>
        textFile(`versions/${about.of.slice(0, 8)}/${new Date(about.when).toISOString().replaceAll(':', '-')}.json`, text, about),
      ),
    async take(about, bytes) {
      const [of, when, text] = [textIn(about, 'of'), numberIn(about, 'when'), workflowText(bytes)]
      const id = `${of} ${when}`
      if (await versions.get(id)) return 'there'
      const named = typeof about.name === 'string' ? { name: about.name.slice(0, 120) } : {}
      await versions.set(id, { id, of, when, text, ...named } satisfies Version)
      return 'added'
    },
  }
}

function draftsIn(store: Store): Part {
  return {
    items: async () =>
      (await store.all<Draft>()).map(({ id, name, text, changed }) => ({ id, name, size: sizeOf(text), when: changed })),
    remove: (id) => store.del(id),
    entries: async () =>
      (await store.all<Draft>()).map(({ text, ...about }) =>
        textFile(`drafts/${fileName(about.name)} ${about.id.slice(0, 8)}.json`, text, about),
      ),
    async take(about, bytes) {
      const [id, of, name, text] = [textIn(about, 'id'), textIn(about, 'of'), textIn(about, 'name'), workflowText(bytes)]
      const all = await store.all<Draft>()
      if (all.some((each) => each.text === text)) return 'there'
      const free = !all.some((each) => each.id === id)
      const changed = numberIn(about, 'changed')
      const another = newId()
      const draft: Draft = free
        ? { id, of, name, text, revision: numberIn(about, 'revision'), changed }
        : { id: another, of: another, name: texts.copyOf(name), text, revision: 0, changed }
      await store.set(draft.id, draft)
      return free ? 'added' : 'both'
    },
  }
}

/** A run, what is only needed where it is looked at, and the sweeps. */
function runsIn(stores: Pick<Stores, 'runs' | 'runDetails' | 'sweeps'>): Part {
  const kinds = ['runs', 'runDetails', 'sweeps'] as const
  const idOf = (record: unknown) => String((record as { id?: unknown }).id)
  return {
    items: async () =>
      Promise.all(
        (await stores.runs.all<unknown>()).filter(isRun).map(async ({ id, name, when }: Run) => ({
          id,
          name,
          when,
          size: sizeOf(await encode([await stores.runs.get(id), await stores.runDetails.get(id)])),
        })),
      ),
    remove: async (id) => void (await Promise.all([stores.runs.del(id), stores.runDetails.del(id)])),
    async entries() {
      const of = async (kind: (typeof kinds)[number]) =>
        Promise.all(
          (await stores[kind].all<unknown>()).map(async (record) =>
            textFile(`runs/${kind}/${fileName(idOf(record))}.json`, await encode(record), { kind, id: idOf(record) }),
          ),
        )
      return (await Promise.all(kinds.map(of))).flat()
    },
    async take(about, bytes) {
      const kind = kinds.find((each) => each === about.kind)
      const record = decode(new TextDecoder().decode(bytes))
      const id = textIn(about, 'id')
      if (!kind || typeof record !== 'object' || record === null || idOf(record) !== id)
        throw new Error(texts.backup.notSaid('id'))
      if (kind === 'runs' && !isRun(record)) throw new Error(texts.backup.notSaid('run'))
      if (await stores[kind].get(id)) return 'there'
      await stores[kind].set(id, record)
      return 'added'
    },
  }
}

/** `check` throws for what is none of them. */
function filesIn(folder: string, keeper: Keeper, check: (bytes: Uint8Array) => unknown): Part {
  return {
    items: async () => (await keeper.list()).map(({ name, size, sha256 }) => ({ id: sha256, name, size })),
    remove: (id) => keeper.remove(id),
    entries: async () =>
      (await keeper.list()).map(({ name, size, sha256 }) => ({
        path: `${folder}/${sha256.slice(0, 12)}/${fileName(name)}`,
        size,
        raw: true,
        about: { name, sha256 },
        bytes: async () => (await keeper.get(sha256)) ?? new Uint8Array(),
      })),
    async take(about, bytes) {
      const name = textIn(about, 'name')
      if ((await keeper.list()).some(({ sha256 }) => sha256 === about.sha256)) return 'there'
      check(bytes)
      await keeper.keep(name, bytes)
      return 'added'
    },
  }
}

function statesIn(store: StateStore): Part {
  return {
    items: async () => (await store.list('')).map(({ key, size }) => ({ id: key, name: key, size })),
    remove: (id) => store.delete(id),
    entries: async () =>
      (await store.list('')).map(({ key, size }, i) => ({
        path: `states/${i + 1}.bin`,
        size,
        raw: true,
        about: { key },
        bytes: async () => (await store.get(key)) ?? new Uint8Array(),
      })),
    async take(about, bytes) {
      const key = textIn(about, 'key', 1000)
      if ((await store.list(key)).some((each) => each.key === key)) return 'there'
      await store.put(key, bytes)
      return 'added'
    },
  }
}

/** Only what was never changed here is taken. */
function settingsIn(store: Store): Part {
  const now = async () => ({ ...defaultSettings, ...(await store.get<Partial<Settings>>('settings')) })
  // Which tabs are open belongs to this browser.
  const shared = async () => {
    const { open: _, tabs: __, ...settings } = await now()
    return settings
  }
  return {
    items: async () => [{ id: 'settings', name: texts.backup.parts.settings, size: sizeOf(JSON.stringify(await shared())) }],
    remove: () => store.del('settings'),
    entries: async () => [textFile('settings.json', JSON.stringify(await shared(), null, 2), {})],
    async take(_, bytes) {
      const came = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
      const [before, usual] = [await now(), defaultSettings as unknown as Record<string, unknown>]
      const next: Record<string, unknown> = { ...before }
      for (const key of Object.keys(usual)) {
        const [is, was, other] = [next[key], usual[key], came[key]].map((value) => JSON.stringify(value))
        if (is === was && other !== undefined && typeof came[key] === typeof usual[key]) next[key] = came[key]
      }
      if (JSON.stringify(next) === JSON.stringify(before)) return 'there'
      await store.set('settings', next)
      return 'added'
    },
  }
}
