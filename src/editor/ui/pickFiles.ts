// Files with their folders, from a drop or a file dialog.
import { MessageError } from '../../engine/base/errors.ts'
import { dropMessages } from '../texts/dropMessages.ts'

/** Dropped or chosen file. `path` includes the folders that were dropped with it. */
export interface DroppedFile {
  path: string
  file: File
}

/** Maximum number of files in a folder. More are probably the wrong folder. */
const MOST = 200_000

/**
 * Returns all files of a drop, including the contents of folders. The contents of a drop can only
 * be read during its event, so await nothing before this call.
 */
export async function readDroppedFiles({ items, files }: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry?.() ?? undefined, file: item.getAsFile() }))
  const loose = [...files]
  const found: DroppedFile[] = []
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, entry.name, found)
    else if (file) found.push({ path: file.name, file })
  }
  return found.length || entries.length ? found : loose.map((file) => ({ path: file.name, file }))
}

async function walk(
  folder: FileSystemDirectoryEntry,
  path: string,
  found: DroppedFile[],
): Promise<void> {
  const reader = folder.createReader()
  // A reader returns its entries in batches, the last of which is empty.
  for (let some = await readEntryBatch(reader); some.length; some = await readEntryBatch(reader)) {
    for (const entry of some) {
      const here = `${path}/${entry.name}`
      if (isHidden(entry.name)) continue
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, here, found)
      else found.push({ path: here, file: await getEntryFile(entry as FileSystemFileEntry) })
      if (found.length > MOST)
        throw new MessageError(dropMessages.tooManyFiles({ most: MOST.toLocaleString('en') }))
    }
  }
}

const readEntryBatch = (reader: FileSystemDirectoryReader) =>
  new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))

const getEntryFile = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject))

/** Returns true for hidden and system files: .DS_Store, __MACOSX, Thumbs.db. */
export const isHidden = (name: string): boolean =>
  /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i.test(name)

export interface PickOptions {
  /** File extensions that the dialog offers. */
  accept?: string
  /** Picks a folder with its contents. */
  folder?: boolean
  several?: boolean
}

/** Opens the file dialog of the browser. Returns no files if it is cancelled. */
export function pickFiles({
  accept = ACCEPT,
  folder = false,
  several = true,
}: PickOptions = {}): Promise<DroppedFile[]> {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement('input'), {
      type: 'file',
      multiple: several,
      ...(folder ? { webkitdirectory: true } : { accept }),
    })
    input.addEventListener('change', () =>
      resolve([...(input.files ?? [])].map(toDroppedFile).filter(isVisibleFile)),
    )
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

const ACCEPT = '.json,.png,.jpg,.jpeg,.webp,.gif,.bmp,.avif,.safetensors,.zip'

const toDroppedFile = (file: File): DroppedFile => ({
  path: file.webkitRelativePath || file.name,
  file,
})
const isVisibleFile = ({ path }: DroppedFile) => !path.split('/').some(isHidden)
