// Key-value stores of this browser: IndexedDB, or memory while it is unavailable.
import { computed, signal } from '@preact/signals'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { boundValues, type Availability } from '../../nodes/storage/boundedValues.ts'
import {
  createDatabaseValues,
  createMemoryValues,
  type KeyValues,
  type Update,
} from '../../nodes/storage/keyValues.ts'
import { translateMessage, texts } from '../texts/texts.ts'
import { isEmbedded } from './embedded.ts'

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

/** One store for each kind of data. */
export type Stores = Record<(typeof storeNames)[number], Store>

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

const toStore = (values: KeyValues): Store => ({
  get: (key) => values.get(key),
  set: (key, value) => values.write([[key, value]]),
  update: (key, update) => values.update(new Map([[key, update as Update<unknown>]])),
  del: (key) => values.write([[key, undefined]]),
  all: async <T>() => (await values.entries<T>()).map(([, value]) => value),
  keys: () => values.keys(),
})

export const createMemoryStore = (): Store => toStore(createMemoryValues())

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
  const createStore = (name: string) => {
    if (isEmbedded) return createMemoryStore()
    const onChange = (now: Availability) =>
      void (availabilities.value = { ...availabilities.value, [name]: now })
    const database = createDatabaseValues(`${prefix}-${name}`, name)
    return toStore(boundValues(database, { onChange, patience: PATIENCE }))
  }
  return Object.fromEntries(storeNames.map((name) => [name, createStore(name)])) as Stores
}

/** Asks the browser not to clear storage when space is short. Some browsers prompt the user. */
export const requestPersistence = () => void navigator.storage?.persist?.().catch(() => {})

export const isQuotaError = (error: unknown) =>
  error instanceof DOMException && /quota/i.test(error.name)

/** Message about a failed write, for the user. */
export const storageMessage = (error: unknown): string =>
  isQuotaError(error)
    ? texts.storage.full
    : texts.storage.failed(translateMessage(getErrorMessage(error)))
