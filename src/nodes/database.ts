// Bytes in IndexedDB, one database a purpose, with what to do where there is none or it is full.
import type { UseStore } from 'idb-keyval'
import { createStore, delMany, get, promisifyRequest, setMany } from 'idb-keyval'
import { memoryStore, type StateStore } from '../engine/plan/store.ts'

export interface DatabaseOptions {
  /** In bytes; beyond it the least recently used entries are deleted. Without one, nothing ever is. */
  budget?: number
  /** There is no usable IndexedDB (a private window, a sandboxed frame): entries live as long as the page. */
  onMissing?: (message: string) => void
  /** What it means that an entry could not be kept, as a sentence. */
  ifFull?: string
}

/**
 * A store in a database of its own. A full disk makes `put` throw a sentence for the user; what was stored before stays.
 */
export function databaseStore(name: string, { budget = Infinity, onMissing, ifFull }: DatabaseOptions = {}): StateStore {
  const opened = open(name).catch((error): StateStore => {
    onMissing?.(
      `This browser keeps nothing here (${nameOf(error)}), so trainings, checkpoints and data sets are lost when the page is closed.`,
    )
    return memoryStore()
  })
  const ready = opened.then((store) => ('get' in store ? store : entriesIn(store, budget, ifFull)))
  return {
    get: async (key) => (await ready).get(key),
    put: async (key, bytes) => (await ready).put(key, bytes),
    list: async (prefix) => (await ready).list(prefix),
    delete: async (key) => (await ready).delete(key),
  }
}

/** Reads once: some browsers have an `indexedDB` that fails when it is used. */
async function open(name: string): Promise<UseStore> {
  const store = createStore(name, 'entries')
  await get('', store)
  return store
}

/** Of an entry, apart from its bytes, so that a list does not read them. */
interface Meta {
  size: number
  /** When it was last read or written, in milliseconds since 1970. */
  used: number
}

const dataKey = (key: string) => `data/${key}`
const metaKey = (key: string) => `meta/${key}`

function entriesIn(store: UseStore, budget: number, ifFull: string | undefined): StateStore {
  const metas = async (prefix = '') => {
    const first = metaKey(prefix)
    // The keys that begin with `first`: '\uffff' comes after all others.
    const range = IDBKeyRange.bound(first, `${first}\uffff`)
    const [keys, values] = await store('readonly', (entries) =>
      Promise.all([promisifyRequest(entries.getAllKeys(range)), promisifyRequest<Meta[]>(entries.getAll(range))]),
    )
    return keys.map((key, i) => ({ key: String(key).slice(metaKey('').length), ...values[i]! }))
  }
  const forget = (keys: string[]) =>
    delMany(
      keys.flatMap((key) => [dataKey(key), metaKey(key)]),
      store,
    )
  return {
    async get(key) {
      const bytes = await get<Uint8Array>(dataKey(key), store)
      if (bytes && budget < Infinity)
        await setMany([[metaKey(key), { size: bytes.length, used: Date.now() }]], store).catch(() => {})
      return bytes
    },
    async put(key, bytes) {
      if (bytes.length > budget)
        throw new Error(`${megabytes(bytes.length)} are more than the ${megabytes(budget)} kept of trainings.`)
      if (budget < Infinity) await forget(oldest(await metas(), key, budget - bytes.length))
      try {
        const meta: Meta = { size: bytes.length, used: Date.now() }
        await setMany(
          [
            [dataKey(key), bytes],
            [metaKey(key), meta],
          ],
          store,
        )
      } catch (error) {
        throw nameOf(error) === 'QuotaExceededError' ? full(bytes.length, ifFull) : error
      }
    },
    list: async (prefix) => (await metas(prefix)).map(({ key, size }) => ({ key, size })),
    delete: (key) => forget([key]),
  }
}

/** The keys to delete so that the others, without `replaced`, take no more than `room`. */
function oldest(entries: ({ key: string } & Meta)[], replaced: string, room: number): string[] {
  const others = entries.filter(({ key }) => key !== replaced).sort((a, b) => b.used - a.used)
  let taken = 0
  return others.filter(({ size }) => (taken += size) > room).map(({ key }) => key)
}

const full = (bytes: number, meaning?: string) =>
  new Error(
    [
      `The browser's storage is full: ${megabytes(bytes)} could not be kept.`,
      ...(meaning ? [meaning] : []),
      'Nothing saved before is lost. Delete checkpoints, data sets or workflows that you no longer need, or free space on the disk.',
    ].join(' '),
  )

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toPrecision(3)} MiB`

const nameOf = (error: unknown) => (error instanceof Error || error instanceof DOMException ? error.name : String(error))
