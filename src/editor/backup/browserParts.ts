// Parts of this browser's storage, and the size of the cached editor.
import type { BackupServices } from './services.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { memoryStore } from '../../engine/plan/store.ts'
import { databaseStore } from '../../storage/database.ts'
import { runState } from '../running/state.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { createParts, type FileStore, type Parts } from './parts.ts'

export function browserParts({ files, stores }: Pick<BackupServices, 'files' | 'stores'>): Parts {
  const fileStore = (what: StoredFileKind): FileStore => ({
    async list() {
      await files.refresh(what)
      return runState.storedFiles[what].value
    },
    get: (sha256) => files.read(what, sha256),
    save: (name, bytes) => files.store(what, name, bytes),
    remove: (sha256) => files.remove(what, sha256),
  })
  return createParts({
    stores,
    checkpoints: fileStore('checkpoint'),
    datasets: fileStore('dataset'),
    // Shared with the engine, which reads it at the start of each training.
    states: isEmbedded ? memoryStore() : databaseStore('litegraph-diffusion-states'),
  })
}

/** Size of the cached editor in bytes. */
export async function offlineSize(): Promise<number> {
  let size = 0
  for (const name of (await globalThis.caches?.keys().catch(() => [])) ?? []) {
    const cache = await caches.open(name)
    for (const request of await cache.keys())
      size += Number((await cache.match(request))?.headers.get('content-length') ?? 0)
  }
  return size
}
