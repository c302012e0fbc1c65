// Key-value databases: in IndexedDB, and in memory.
import { entries, get, keys, promisifyRequest, type UseStore } from 'idb-keyval'

/** A key and its new value; undefined deletes it. */
export type Change = readonly [key: string, value: unknown]

/** New value from the stored one; undefined deletes it. May throw, and then nothing changes. */
export type Update<T> = (before: T | undefined) => T | undefined

export interface KeyValues {
  get<T>(key: string): Promise<T | undefined>
  /** Entries whose key starts with `prefix`, sorted by key. */
  entries<T>(prefix?: string): Promise<[key: string, value: T][]>
  keys(prefix?: string): Promise<string[]>
  /** Makes all changes in one transaction, or none of them. */
  write(changes: readonly Change[]): Promise<void>
  /** Updates values in one transaction, so that no other tab can change them in between. */
  update(updates: ReadonlyMap<string, Update<unknown>>): Promise<void>
}

export interface DatabaseOptions {
  /**
   * Resolves writes only when they have reached the disk, so that they also survive a power failure.
   */
  isDurable?: boolean
  /** Receives the time in milliseconds for which a write blocked this thread to copy its values. */
  onBlocked?: (milliseconds: number) => void
}

/** Values of a database with one object store. Opened at the first access, and when it closed. */
export function createDatabaseValues(
  database: string,
  storeName: string,
  { isDurable = false, onBlocked }: DatabaseOptions = {},
): KeyValues {
  const use = createUse(database, storeName, isDurable)
  return {
    get: (key) => get(key, use),
    entries: async <T>(prefix = '') =>
      prefix ? readRange<T>(use, prefix) : await entries<string, T>(use),
    keys: async (prefix = '') =>
      prefix
        ? await use('readonly', (store) =>
            promisifyRequest(store.getAllKeys(keyRange(prefix)) as IDBRequest<string[]>),
          )
        : await keys<string>(use),
    write: (changes) =>
      use('readwrite', (store) =>
        transact(store, () => {
          const began = performance.now()
          changes.forEach(putInto(store))
          // Otherwise it ends only when this thread is free again.
          store.transaction.commit?.()
          onBlocked?.(performance.now() - began)
        }),
      ),
    update: (updates) =>
      use('readwrite', (store) =>
        transact(store, (attempt) => {
          for (const [key, update] of updates) {
            const read = store.get(key)
            read.onsuccess = () => attempt(() => putInto(store)([key, update(read.result)]))
          }
        }),
      ),
  }
}

/** All keys that start with `prefix`: '\uffff' sorts after every other character. */
const keyRange = (prefix: string) => IDBKeyRange.bound(prefix, `${prefix}\uffff`)

const readRange = <T>(use: UseStore, prefix: string): Promise<[string, T][]> =>
  use('readonly', async (store) => {
    const [names, values] = await Promise.all([
      promisifyRequest(store.getAllKeys(keyRange(prefix))),
      promisifyRequest<T[]>(store.getAll(keyRange(prefix))),
    ])
    return names.map((name, i) => [String(name), values[i]])
  })

const putInto =
  (store: IDBObjectStore) =>
  ([key, value]: Change) =>
    value === undefined ? store.delete(key) : store.put(value, key)

/**
 * Resolves when the transaction is complete. An exception in `work`, or in the callbacks that it
 * passes to `attempt`, aborts the transaction, so that it has no effect.
 */
function transact(
  { transaction }: IDBObjectStore,
  work: (attempt: (callback: () => void) => void) => void,
): Promise<void> {
  let failure: unknown
  const attempt = (callback: () => void) => {
    try {
      callback()
    } catch (error) {
      failure ??= error
      // A value that is too large ends the transaction while `work` still adds others to it.
      if (!isTransactionOver(error)) transaction.abort()
    }
  }
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    // Not at the error of a request, when that of the transaction is not known yet.
    transaction.onabort = () =>
      reject(isTransactionOver(failure) ? transaction.error : (failure ?? transaction.error))
  })
  attempt(() => work(attempt))
  return done
}

/** True if the browser or the disk has no room for more. */
export const isQuotaError = (error: unknown) =>
  error instanceof DOMException && /quota/i.test(error.name)

const isTransactionOver = (error: unknown) =>
  error instanceof DOMException && error.name === 'TransactionInactiveError'

/** Like `createStore` of idb-keyval, but lets other tabs upgrade or delete the database. */
function createUse(database: string, storeName: string, isDurable: boolean): UseStore {
  const options: IDBTransactionOptions = isDurable ? { durability: 'strict' } : {}
  let opened: Promise<IDBDatabase> | undefined
  const open = async () => {
    const request = indexedDB.open(database)
    request.onupgradeneeded = () => request.result.createObjectStore(storeName)
    const connection = await promisifyRequest(request)
    connection.onclose = () => (opened = undefined)
    connection.onversionchange = () => {
      connection.close()
      opened = undefined
    }
    return connection
  }
  return async (mode, callback) => {
    opened ??= open()
    opened.catch(() => (opened = undefined))
    const connection = await opened
    return callback(connection.transaction(storeName, mode, options).objectStore(storeName))
  }
}

/** Values in memory. Stored values are copied, as by IndexedDB. */
export function createMemoryValues(initial: readonly Change[] = []): KeyValues {
  const values = new Map(initial)
  const put = ([key, value]: Change) =>
    value === undefined ? values.delete(key) : values.set(key, structuredClone(value))
  const sorted = <T>(prefix = '') =>
    [...(values as Map<string, T>)]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    get: async <T>(key: string) => values.get(key) as T | undefined,
    entries: async (prefix) => sorted(prefix),
    keys: async (prefix) => sorted(prefix).map(([key]) => key),
    write: async (changes) => changes.forEach(put),
    update: async (updates) =>
      [...updates].map(([key, update]): Change => [key, update(values.get(key))]).forEach(put),
  }
}
