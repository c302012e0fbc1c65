// Actions on stored checkpoints and data sets, which also update the lists in the state.
import type { StoredFileKind } from '../../engine/protocol.ts'
import type { EngineFiles } from '../../hosts/worker/clientTypes.ts'
import { requestPersistence } from '../storage/stores.ts'
import { runState } from './state.ts'

export interface StoredFileActions {
  store: EngineFiles['storeFile']
  /** Reloads the list of stored files. */
  refresh(what: StoredFileKind): Promise<void>
  /** Returns the bytes of a stored file, or undefined if it is no longer stored. */
  read: EngineFiles['readFile']
  remove(what: StoredFileKind, sha256: string): Promise<void>
  /** Converts images to a data set and stores it. Rejects with an Error that states the reason. */
  importImages: EngineFiles['importImages']
}

export function createStoredFileActions(client: EngineFiles): StoredFileActions {
  const lists = runState.storedFiles
  const refresh = async (what: StoredFileKind) => {
    lists[what].value = await client.listFiles(what)
  }
  return {
    refresh,
    read: client.readFile,
    async store(what, name, bytes) {
      const file = await client.storeFile(what, name, bytes)
      requestPersistence()
      await refresh(what)
      return file
    },
    async remove(what, sha256) {
      lists[what].value = await client.deleteFile(what, sha256)
    },
    async importImages(...args) {
      const imported = await client.importImages(...args)
      requestPersistence()
      await refresh('dataset')
      return imported
    },
  }
}
