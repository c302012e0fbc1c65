// The user's files that nodes refer to (checkpoints, data sets), by the SHA-256 of their bytes.
import { NodeError } from '../engine/messages/fault.ts'
import { computeSha256 } from '../engine/checkpoint/pipeline.ts'
import type { StoredFile } from '../engine/plan/op.ts'
import { LONGEST_STORED_NAME } from '../engine/plan/params.ts'
import type { StateStore } from '../engine/plan/store.ts'
import { dataMessages } from '../messages/data.ts'

export interface StoredFiles {
  /** Stores the bytes. The same bytes under another name replace the name of the file. */
  put(name: string, bytes: Uint8Array): Promise<StoredFile>
  /**
   * The bytes, or undefined if they are not stored. Compares them with their SHA-256 when a file is
   * read for the first time in a session.
   * @throws NodeError if they are damaged
   */
  get(sha256: string): Promise<Uint8Array | undefined>
  list(): Promise<StoredFile[]>
  delete(sha256: string): Promise<void>
}

/** Files in a separate store. Keys are `sha256/name`, so a list reads no bytes. */
export function createStoredFiles(store: StateStore): StoredFiles {
  const verified = new Set<string>()
  const findKeys = async (hash: string) => (await store.list(`${hash}/`)).map(({ key }) => key)
  return {
    async get(hash) {
      const [key] = await findKeys(hash)
      const bytes = key === undefined ? undefined : await store.get(key)
      if (!bytes || verified.has(hash)) return bytes
      if ((await digestSha256(bytes)) !== hash) throw damagedFile(key?.slice(hash.length + 1) ?? '')
      verified.add(hash)
      return bytes
    },
    async put(wanted, bytes) {
      const info = describeFile(wanted, bytes)
      const { name } = info
      const before = await findKeys(info.sha256)
      const key = `${info.sha256}/${name}`
      // What is written now may be stored differently.
      verified.delete(info.sha256)
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
        name: storedName(key.slice(key.indexOf('/') + 1)),
        size,
        sha256: key.slice(0, key.indexOf('/')),
      }))
    },
  }
}

/** A name that workflows may contain; files of earlier versions can have others. */
const storedName = (name: string): string =>
  name.replaceAll(/[\\/\p{Cc}]/gu, '_').slice(0, LONGEST_STORED_NAME)

/** The reference to a file that a workflow contains. */
export const describeFile = (name: string, bytes: Uint8Array): StoredFile => ({
  name: storedName(name),
  size: bytes.length,
  sha256: computeSha256(bytes),
})

/** WebCrypto is several times as fast, but only pages in a secure context have it. */
async function digestSha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {}
  if (!subtle) return computeSha256(bytes)
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const damagedFile = (name: string) =>
  new NodeError({
    message: dataMessages.storedDamaged({ name }),
    cure: dataMessages.replaceDamaged(),
  })
