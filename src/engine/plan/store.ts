// Storage for training states that outlive a page: bytes by key.
import { englishText, type MessageText } from '../base/catalogue.ts'
import { getErrorText } from '../messages/fault.ts'

export interface StateStore {
  get(key: string): Promise<Uint8Array | undefined>
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Lists the keys that begin with `prefix`, with their sizes in bytes. */
  list(prefix: string): Promise<{ key: string; size: number }[]>
  delete(key: string): Promise<void>
  /** Removes what a crash left behind, but nothing that another process or page is writing. */
  removeOrphans?(): Promise<void>
  /** Milliseconds for which calls have blocked this thread so far. */
  blocked?(): number
}

/** A store whose failures are reported and otherwise ignored. */
export interface GuardedStore extends Omit<StateStore, 'put'> {
  /** Returns true once the entry is stored durably, false if it could not be stored. */
  put(key: string, bytes: Uint8Array): Promise<boolean>
}

/** Creates a store in memory. */
export function memoryStore(): StateStore {
  const entries = new Map<string, Uint8Array>()
  return {
    get: async (key) => entries.get(key),
    put: async (key, bytes) => void entries.set(key, bytes),
    list: async (prefix) =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, bytes]) => ({ key, size: bytes.length })),
    delete: async (key) => void entries.delete(key),
  }
}

/** Wraps a store: failures are reported, each reason once, and otherwise ignored. */
export function guardStore(
  store: StateStore,
  onTrouble: (message: MessageText) => void,
): GuardedStore {
  const said = new Set<string>()
  const attempt = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const message = getErrorText(error)
      // Sizes differ each time; the reason does not.
      const reason = englishText(message).replaceAll(/[\d.]+/g, '')
      if (!said.has(reason)) onTrouble(message)
      said.add(reason)
      return otherwise
    }
  }
  return {
    get: (key) => attempt(() => store.get(key), undefined),
    put: (key, bytes) => attempt(() => store.put(key, bytes).then(() => true), false),
    list: (prefix) => attempt(() => store.list(prefix), []),
    delete: (key) => attempt(() => store.delete(key), undefined),
    removeOrphans: async () => attempt(async () => store.removeOrphans?.(), undefined),
    blocked: () => store.blocked?.() ?? 0,
  }
}
