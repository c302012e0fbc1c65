// Stores of bytes in IndexedDB, with a fallback to memory and a budget.
import type { UseStore } from 'idb-keyval'
import { createStore, delMany, get, promisifyRequest, setMany } from 'idb-keyval'
import { memoryStore, type StateStore } from '../../engine/plan/store.ts'
import { hostMessages } from '../messages/host.ts'

export interface DatabaseOptions {
  /** In bytes. Beyond it the least recently used entries are deleted. Unlimited by default. */
  budget?: number
  /**
   * Called if IndexedDB is not usable (a private window, a sandboxed frame). Entries then last as
   * long as the page.
   */
  onMissing?: (message: string) => void
  /** A sentence about the effect of an entry that could not be stored. */
  ifFull?: string
}

/**
 * A store in a separate database. If the disk is full, `put` throws an Error with a sentence for
 * the user, and the existing entries stay.
 */
export function databaseStore(
  name: string,
  { budget = Infinity, onMissing, ifFull }: DatabaseOptions = {},
): StateStore {
  const opened = openDatabase(name).catch((error): StateStore => {
    onMissing?.(hostMessages.noStorage({ problem: errorName(error) }))
    return memoryStore()
  })
  const ready = opened.then((store) =>
    'get' in store ? store : createEntryStore(store, budget, ifFull),
  )
  return {
    get: async (key) => (await ready).get(key),
    put: async (key, bytes) => (await ready).put(key, bytes),
    list: async (prefix) => (await ready).list(prefix),
    delete: async (key) => (await ready).delete(key),
  }
}

/** Opens a database and reads once: in some browsers `indexedDB` exists but fails when used. */
async function openDatabase(name: string): Promise<UseStore> {
  const store = createStore(name, 'entries')
  await get('', store)
  return store
}

/** Metadata of an entry. Stored apart from its bytes, so that a list does not read them. */
interface EntryMeta {
  size: number
  /** Time of the last read or write, in milliseconds since 1970. */
  used: number
}

const dataKey = (key: string) => `data/${key}`
const metaKey = (key: string) => `meta/${key}`

function createEntryStore(store: UseStore, budget: number, ifFull: string | undefined): StateStore {
  const hasBudget = budget < Infinity
  const writeMeta = (key: string, size: number) =>
    setMany([[metaKey(key), newMeta(size)]], store).catch(() => {})
  const remove = (keys: string[]) =>
    delMany(
      keys.flatMap((key) => [dataKey(key), metaKey(key)]),
      store,
    )
  return {
    async get(key) {
      const bytes = await get<Uint8Array>(dataKey(key), store)
      if (bytes && hasBudget) await writeMeta(key, bytes.length)
      return bytes
    },
    async put(key, bytes) {
      if (bytes.length > budget)
        throw new Error(
          hostMessages.overBudget({
            budget: formatMebibytes(budget),
            size: formatMebibytes(bytes.length),
          }),
        )
      if (hasBudget)
        await remove(keysToEvict(await readMetas(store, ''), key, budget - bytes.length))
      const entry: [string, unknown][] = [
        [dataKey(key), bytes],
        [metaKey(key), newMeta(bytes.length)],
      ]
      await setMany(entry, store).catch((error: unknown) => {
        throw errorName(error) === 'QuotaExceededError' ? quotaError(bytes.length, ifFull) : error
      })
    },
    list: async (prefix) =>
      (await readMetas(store, prefix)).map(({ key, size }) => ({ key, size })),
    delete: (key) => remove([key]),
  }
}

const newMeta = (size: number): EntryMeta => ({ size, used: Date.now() })

/** The metadata of all entries whose key starts with `prefix`. */
async function readMetas(
  store: UseStore,
  prefix: string,
): Promise<({ key: string } & EntryMeta)[]> {
  const first = metaKey(prefix)
  // All keys that start with `first`: '\uffff' sorts after every other character.
  const range = IDBKeyRange.bound(first, `${first}\uffff`)
  const [keys, values] = await store('readonly', (entries) =>
    Promise.all([
      promisifyRequest(entries.getAllKeys(range)),
      promisifyRequest<EntryMeta[]>(entries.getAll(range)),
    ]),
  )
  return keys.map((key, i) => ({ key: String(key).slice(metaKey('').length), ...values[i] }))
}

/**
 * The least recently used keys to delete so that the others fit into `room` bytes. `replaced` does
 * not count.
 */
function keysToEvict(
  entries: ({ key: string } & EntryMeta)[],
  replaced: string,
  room: number,
): string[] {
  const others = entries.filter(({ key }) => key !== replaced).sort((a, b) => b.used - a.used)
  let taken = 0
  return others.filter(({ size }) => (taken += size) > room).map(({ key }) => key)
}

const quotaError = (bytes: number, meaning?: string) =>
  new Error(
    [
      hostMessages.full({ size: formatMebibytes(bytes) }),
      ...(meaning ? [meaning] : []),
      hostMessages.freeSpace(),
    ].join(' '),
  )

const formatMebibytes = (bytes: number) => (bytes / 2 ** 20).toPrecision(3)

const errorName = (error: unknown) =>
  error instanceof Error || error instanceof DOMException ? error.name : String(error)
