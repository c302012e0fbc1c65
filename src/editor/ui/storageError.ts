// Messages about data that could not be stored.
import { isQuotaError } from '../../storage/keyValues.ts'
import { storageMessage } from '../storage/stores.ts'
import { texts } from '../texts/texts.ts'
import { showDialog, showToast, type Toast } from './state.ts'

/** Reports that `what` was not stored, and why. If the storage is full, offers to free space. */
export const showStorageError = (what: string, error: unknown) =>
  showToast(texts.storage.notStored(what), {
    text: storageMessage(error),
    error: true,
    ...(isQuotaError(error) && freeSpace()),
  })

/** Action of a message that opens the dialog for deleting stored data. */
export const freeSpace = (): Pick<Toast, 'action'> => ({
  action: { label: texts.commands.storage, run: () => showDialog({ kind: 'storage' }) },
})
