// Key-value stores of this browser: IndexedDB, or memory if it is unavailable.
import { createStore, del, entries, get, keys, set, type UseStore } from 'idb-keyval'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { translateMessage, texts } from '../texts/texts.ts'

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
] as const

/** One store for each kind of data. */
export type Stores = Record<(typeof storeNames)[number], Store>

export interface Store {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  del(key: string): Promise<void>
  all<T>(): Promise<T[]>
  keys(): Promise<string[]>
}

const PREFIX = 'litegraph-diffusion'

const createDatabaseStore = (store: UseStore): Store => ({
  get: (key) => get(key, store),
  set: (key, value) => set(key, value, store),
  del: (key) => del(key, store),
  all: async <T>() => (await entries<string, T>(store)).map(([, value]) => value),
  keys: () => keys(store),
})

export function createMemoryStore(): Store {
  const values = new Map<string, unknown>()
  return {
    get: async <T>(key: string) => values.get(key) as T | undefined,
    set: async (key, value) => void values.set(key, structuredClone(value)),
    del: async (key) => void values.delete(key),
    all: async <T>() => [...values.values()] as T[],
    keys: async () => [...values.keys()],
  }
}

/**
 * Opens the stores of this browser. Falls back to memory if IndexedDB is missing or forbidden, as
 * in private windows of some browsers; `persistent` is then false.
 */
export async function openStores(
  prefix = PREFIX,
): Promise<{ stores: Stores; persistent: boolean }> {
  const createStores = (create: (name: string) => Store): Stores =>
    Object.fromEntries(storeNames.map((name) => [name, create(name)])) as unknown as Stores
  try {
    const stores = createStores((name) =>
      createDatabaseStore(createStore(`${prefix}-${name}`, name)),
    )
    // The first access opens the database, which throws in a private window.
    await stores.settings.get('settings')
    return { stores, persistent: true }
  } catch {
    return { stores: createStores(createMemoryStore), persistent: false }
  }
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
