// Stores, lists and deletes checkpoints and data sets, and imports images.
import { textFields } from '../../engine/base/catalogue.ts'
import { MessageError } from '../../engine/base/errors.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import type { Event, StoredFileKind } from '../../engine/protocol.ts'
import { decodeInBrowser, blobSource, importDataset } from '../../storage/importDataset.ts'
import type { EngineStorage } from '../../storage/storage.ts'
import type { RequestHandlers } from './requestHandlers.ts'
import { hostMessages } from '../../messages/host.ts'

type FileRequest =
  | 'storeFile'
  | 'listFiles'
  | 'readFile'
  | 'deleteFile'
  | 'importImages'
  | 'cancelImport'
type Post = (event: Event) => void
type FileStores = Pick<EngineStorage, 'checkpoints' | 'datasets'>

export const fileHandlers = (storage: FileStores, post: Post): RequestHandlers<FileRequest> => ({
  ...storeHandlers(storage, post),
  ...importHandlers(storage, post),
})

function storeHandlers(
  { checkpoints, datasets }: FileStores,
  post: Post,
): RequestHandlers<'storeFile' | 'listFiles' | 'readFile' | 'deleteFile'> {
  const storeFor = (what: StoredFileKind) => (what === 'checkpoint' ? checkpoints : datasets)

  async function list(id: number, what: StoredFileKind) {
    try {
      post({ type: 'fileList', id, files: await storeFor(what).list() })
    } catch (error) {
      post({ type: 'storage', ...textFields({ message: getErrorText(error) }) })
      post({ type: 'fileList', id, files: [] })
    }
  }

  return {
    async storeFile({ id, what, name, bytes }) {
      try {
        post({ type: 'fileStored', id, file: await storeFor(what).put(name, bytes) })
      } catch (error) {
        post({ type: 'fileStored', id, ...textFields({ error: getErrorText(error) }) })
      }
    },
    listFiles: ({ id, what }) => void list(id, what),
    async readFile({ id, what, sha256 }) {
      const bytes = await storeFor(what)
        .get(sha256)
        .catch(
          (error) =>
            void post({ type: 'storage', ...textFields({ message: getErrorText(error) }) }),
        )
      post({ type: 'fileBytes', id, ...(bytes && { bytes: new Uint8Array(bytes) }) })
    },
    async deleteFile({ id, what, sha256 }) {
      await storeFor(what)
        .delete(sha256)
        .catch((error) =>
          post({ type: 'storage', ...textFields({ message: getErrorText(error) }) }),
        )
      await list(id, what)
    },
  }
}

function importHandlers(
  { datasets }: FileStores,
  post: Post,
): RequestHandlers<'importImages' | 'cancelImport'> {
  /** Ids of imports that the user cancelled. */
  const cancelled = new Set<number>()
  return {
    async importImages({ id, name, files, options }) {
      try {
        const { bytes, report } = await importDataset({
          name,
          files: files.map(({ path, file }) => blobSource(path, file)),
          options,
          decode: decodeInBrowser,
          onProgress: (done, total) => {
            if (cancelled.has(id)) throw new MessageError(hostMessages.importCancelled())
            post({ type: 'importing', id, done, total })
          },
        })
        post({ type: 'imported', id, file: await datasets.put(name, bytes), report })
      } catch (error) {
        post({ type: 'imported', id, ...textFields({ error: getErrorText(error) }) })
      }
      cancelled.delete(id)
    },
    cancelImport: ({ id }) => void cancelled.add(id),
  }
}
