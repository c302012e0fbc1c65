// The user's files that nodes refer to (checkpoints, data sets), by the SHA-256 of their bytes.
import { computeSha256 } from '../../engine/checkpoint/pipeline.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import type { StateStore } from '../../engine/plan/store.ts'

export interface StoredFiles {
  /** Stores the bytes. The same bytes under another name replace the name of the file. */
  put(name: string, bytes: Uint8Array): Promise<StoredFile>
  /** The bytes, or undefined if they are not stored. */
  get(sha256: string): Promise<Uint8Array | undefined>
  list(): Promise<StoredFile[]>
  delete(sha256: string): Promise<void>
}

/** Files in a separate store. Keys are `sha256/name`, so a list reads no bytes. */
export function createStoredFiles(store: StateStore): StoredFiles {
  const findKeys = async (hash: string) => (await store.list(`${hash}/`)).map(({ key }) => key)
  return {
    async get(hash) {
      const [key] = await findKeys(hash)
      return key === undefined ? undefined : store.get(key)
    },
    async put(name, bytes) {
      const info = describeFile(name, bytes)
      const before = await findKeys(info.sha256)
      const key = `${info.sha256}/${name}`
      await store.put(key, bytes)
      for (const old of before) if (old !== key) await store.delete(old)
      return info
    },
    async delete(hash) {
      for (const key of await findKeys(hash)) await store.delete(key)
    },
    async list() {
      const entries = await store.list('')
      return entries.map(({ key, size }) => ({
        name: key.slice(key.indexOf('/') + 1),
        size,
        sha256: key.slice(0, key.indexOf('/')),
      }))
    },
  }
}

/** The reference to a file that a workflow contains. */
export const describeFile = (name: string, bytes: Uint8Array): StoredFile => ({
  name,
  size: bytes.length,
  sha256: computeSha256(bytes),
})
