// Files with their folders, from a drop, from a dialog of the browser.

/** A file as it came; `path` has the folders that were dropped with it. */
export interface Dropped {
  path: string
  file: File
}

/** More than this is not a data set for a browser; it is most likely the wrong folder. */
const MOST = 200_000

/**
 * All files of a drop, folders with everything in them. What a drop holds can only be asked for while its event lasts,
 * so nothing may be awaited before this is called.
 */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<Dropped[]> {
  const entries = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry?.() ?? undefined, file: item.getAsFile() }))
  const loose = [...files]
  const found: Dropped[] = []
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, entry.name, found)
    else if (file) found.push({ path: file.name, file })
  }
  return found.length || entries.length ? found : loose.map((file) => ({ path: file.name, file }))
}

async function walk(folder: FileSystemDirectoryEntry, path: string, found: Dropped[]): Promise<void> {
  const reader = folder.createReader()
  // A reader gives its entries in portions, the last of which is empty.
  for (let some = await portion(reader); some.length; some = await portion(reader)) {
    for (const entry of some) {
      const here = `${path}/${entry.name}`
      if (isHidden(entry.name)) continue
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, here, found)
      else found.push({ path: here, file: await fileOf(entry as FileSystemFileEntry) })
      if (found.length > MOST) throw new Error(`The folder holds more than ${MOST.toLocaleString('en')} files.`)
    }
  }
}

const portion = (reader: FileSystemDirectoryReader) =>
  new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))

const fileOf = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))

/** Files that systems leave behind: .DS_Store, __MACOSX, Thumbs.db. */
export const isHidden = (name: string): boolean => /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i.test(name)

export interface Picking {
  /** Endings that the dialog offers. */
  accept?: string
  /** A folder with everything in it. */
  folder?: boolean
  several?: boolean
}

/** Asks by the browser's own dialog; none if it was closed. */
export function pickFiles({ accept = ACCEPT, folder = false, several = true }: Picking = {}): Promise<Dropped[]> {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement('input'), {
      type: 'file',
      multiple: several,
      ...(folder ? { webkitdirectory: true } : { accept }),
    })
    input.addEventListener('change', () => resolve([...(input.files ?? [])].map(pathOf).filter(isSeen)))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

const ACCEPT = '.json,.png,.jpg,.jpeg,.webp,.gif,.bmp,.avif,.safetensors,.zip'

const pathOf = (file: File): Dropped => ({ path: file.webkitRelativePath || file.name, file })
const isSeen = ({ path }: Dropped) => !path.split('/').some(isHidden)
