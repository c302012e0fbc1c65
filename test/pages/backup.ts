// Backup of the browser's storage without the editor, for tests in a browser.
import { writeBackup } from '../../src/editor/backup/backupZip.ts'
import { createParts, partIds, type FileStore } from '../../src/editor/backup/parts.ts'
import { openStores } from '../../src/editor/storage/stores.ts'
import type { StoredFileKind } from '../../src/engine/protocol.ts'
import type { Client } from '../../src/hosts/worker/clientTypes.ts'
import { databaseStore } from '../../src/storage/database.ts'

export async function backUp(client: Client): Promise<unknown> {
  const stores = openStores()
  const files = (what: StoredFileKind): FileStore => ({
    list: () => client.listFiles(what),
    get: (sha256) => client.readFile(what, sha256),
    save: (name, bytes) => client.storeFile(what, name, bytes),
    remove: async (sha256) => void (await client.deleteFile(what, sha256)),
  })
  const parts = createParts({
    stores,
    checkpoints: files('checkpoint'),
    datasets: files('dataset'),
    states: databaseStore('litegraph-diffusion-states'),
  })
  return writeBackup(parts, partIds, () => {})
}
