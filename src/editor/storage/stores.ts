// Key-value stores of this browser: IndexedDB, or memory while it is unavailable.
import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { boundValues, type Availability } from '../../storage/boundedValues.ts'
import {
  createDatabaseValues,
  createMemoryValues,
  isQuotaError,
  type Change,
  type KeyValues,
  type Update,
} from '../../storage/keyValues.ts'
import { errorText, texts } from '../texts/texts.ts'
import { isEmbedded } from './embedded.ts'
import { recordShapes } from './recordShapes.ts'

/** Names of the stores. */
export const storeNames = [
  'workflows',
  'drafts',
  'settings',
  'versions',
  'runs',
  'runDetails',
  'sweeps',
  'nodes',
  'views',
  'lessons',
] as const

export type StoreName = (typeof storeNames)[number]

/** One store for each kind of data. */
export type Stores = Record<StoreName, Store>

/** Reads leave out damaged records: see {@link damagedRecords}. */
export interface Store {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  /**
   * Changes a value so that no other window can change it in between. If `update` throws, nothing
   * changes. `update` runs again if the browser's storage answers late.
   */
  update<T>(key: string, update: Update<T>): Promise<void>
  del(key: string): Promise<void>
  all<T>(): Promise<T[]>
  keys(): Promise<string[]>
}

const PREFIX = 'litegraph-diffusion'
/** Bound of an operation, in milliseconds. Values in these stores are small. */
const PATIENCE = 2500

const createStore = (values: KeyValues, check: RecordCheck): Store => ({
  get: async <T>(key: string) => check<T>(key, await values.get(key)),
  set: (key, value) => values.write([[key, value]]),
  update: <T>(key: string, update: Update<T>) =>
    values.update(new Map([[key, updateChecked(key, update as Update<unknown>, check)]])),
  del: (key) => values.write([[key, undefined]]),
  all: async <T>() =>
    (await values.entries()).flatMap(([key, value]) => {
      const record = check<T>(key, value)
      return record === undefined ? [] : [record]
    }),
  keys: () => values.keys(),
})

/** A damaged record counts as none, but nothing deletes it without a new one. */
const updateChecked =
  (key: string, update: Update<unknown>, check: RecordCheck): Update<unknown> =>
  (before) => {
    const after = update(check(key, before))
    return after === undefined && check(key, before) === undefined ? before : after
  }

/** Returns a stored value, or undefined if it is damaged. */
type RecordCheck = <T>(key: string, value: unknown) => T | undefined

// ---- damaged records

export interface DamagedRecord {
  store: StoreName
  key: string
  /** Its name, if that can still be read. */
  name: string
}

const damaged = signal<readonly DamagedRecord[]>([])

/**
 * Records that were left out, because a crash, the disk or another program changed them. They stay
 * in the browser until the user deletes them or something is stored in their place.
 */
export const damagedRecords: ReadonlySignal<readonly DamagedRecord[]> = damaged

const isDamaged = (store: StoreName, key: string) =>
  damaged.peek().some((each) => each.store === store && each.key === key)

function addDamaged(store: StoreName, key: string, value: unknown) {
  if (isDamaged(store, key)) return
  const { name } = Object(value) as { name?: unknown }
  const shown = typeof name === 'string' && name ? name : key
  // Not during a calculation that reads the list.
  queueMicrotask(() => {
    if (!isDamaged(store, key))
      damaged.value = [...damaged.value, { store, key, name: shown.slice(0, 60) }]
  })
}

/** Forgets the list, for example after its records were deleted. */
export const forgetDamaged = () => void (damaged.value = [])

/** Ids of records of another key are damaged too: a change would be stored in another record. */
const idFields: Partial<Record<StoreName, string>> = { lessons: 'lesson' }

/** Settings are read field by field: see readSettings. */
const createRecordCheck =
  (store: StoreName): RecordCheck =>
  <T>(key: string, value: unknown) => {
    if (value === undefined || store === 'settings') return value as T | undefined
    const id =
      recordShapes[store](value) && (value as Record<string, unknown>)[idFields[store] ?? 'id']
    if (id === key) return value as T
    addDamaged(store, key, value)
    return undefined
  }

const unchecked: RecordCheck = <T>(_: string, value: unknown) => value as T | undefined

/** Creates a store in memory; with a name, one that checks its records. */
export const createMemoryStore = (name?: StoreName, initial: readonly Change[] = []): Store =>
  createStore(createMemoryValues(initial), name ? createRecordCheck(name) : unchecked)

const availabilities = signal<Partial<Record<string, Availability>>>({})

/** Availability of the stores: silent or missing if one of them is. */
export const storageAvailability = computed((): Availability => {
  const all = Object.values(availabilities.value)
  const find = (state: Availability['state']) => all.find((each) => each?.state === state)
  return find('silent') ?? find('missing') ?? { state: 'ready' }
})

/**
 * Opens the stores of this browser. They work in memory while IndexedDB is missing, forbidden
 * (private windows of some browsers) or silent, see {@link storageAvailability}, and always in
 * pages that belong to another page.
 */
export function openStores(prefix = PREFIX): Stores {
  const openStore = (name: StoreName) => {
    if (isEmbedded) return createMemoryStore(name)
    const onChange = (now: Availability) =>
      void (availabilities.value = { ...availabilities.value, [name]: now })
    const database = createDatabaseValues(`${prefix}-${name}`, name)
    return createStore(
      boundValues(database, { onChange, patience: PATIENCE }),
      createRecordCheck(name),
    )
  }
  return Object.fromEntries(storeNames.map((name) => [name, openStore(name)])) as Stores
}

/** Asks the browser not to clear storage when space is short. Some browsers prompt the user. */
export const requestPersistence = () => void navigator.storage?.persist?.().catch(() => {})

/** Message about a failed write, for the user. */
export const storageMessage = (error: unknown): string =>
  isQuotaError(error) ? texts.storage.full : texts.storage.failed(errorText(error))
