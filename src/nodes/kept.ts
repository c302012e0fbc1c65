// Files of the user's that nodes can name (checkpoints, data sets): kept whole, found by the SHA-256 of their bytes.
import { sha256Of } from '../engine/checkpoint/pipeline.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { StateStore } from '../engine/plan/store.ts'

export interface KeptFiles {
  /** Keeps the bytes; the same bytes under another name are the same file and get that name. */
  put(name: string, bytes: Uint8Array): Promise<KeptFile>
  /** The bytes, or undefined if they are not here. */
  get(sha256: string): Promise<Uint8Array | undefined>
  list(): Promise<KeptFile[]>
  delete(sha256: string): Promise<void>
}

/** Files in a store of their own. Keys are `sha256/name`, so a list needs no bytes. */
export function keptIn(store: StateStore): KeptFiles {
  const keysOf = async (hash: string) => (await store.list(`${hash}/`)).map(({ key }) => key)
  return {
    async get(hash) {
      const [key] = await keysOf(hash)
      return key === undefined ? undefined : store.get(key)
    },
    async put(name, bytes) {
      const info = infoOf(name, bytes)
      const before = await keysOf(info.sha256)
      const key = `${info.sha256}/${name}`
      await store.put(key, bytes)
      for (const old of before) if (old !== key) await store.delete(old)
      return info
    },
    async delete(hash) {
      for (const key of await keysOf(hash)) await store.delete(key)
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

/** What a workflow writes down of a file. */
export const infoOf = (name: string, bytes: Uint8Array): KeptFile => ({
  name,
  size: bytes.length,
  sha256: sha256Of(bytes),
})
