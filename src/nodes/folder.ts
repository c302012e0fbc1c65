// Storage in a folder, for Node: one file an entry, its name the escaped key.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { FolderFile } from '../engine/checkpoint/archive.ts'
import type { StateStore } from '../engine/plan/store.ts'

/** Keys become file names; what file systems treat specially is escaped. */
const fileOf = (key: string) => encodeURIComponent(key).replaceAll('*', '%2A').replaceAll('.', '%2E')

/** Undefined for files that are not of this store. */
function keyOf(file: string): string | undefined {
  try {
    return decodeURIComponent(file)
  } catch {
    return undefined
  }
}

const absent = (error: unknown) => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}

/** Plain bytes: what Node gives is a Buffer, whose `slice` does not copy. */
export const readBytes = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path))

/** All files in `folder` and the folders in it. */
export async function readFolder(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    paths.map(async (path) => ({ path: relative(folder, path).split(sep).join('/'), bytes: await readBytes(path) })),
  )
}

/** A store in `folder`, which is made when first needed. */
export function folderStore(folder: string): StateStore {
  const path = (key: string) => join(folder, fileOf(key))
  return {
    get: (key) => readBytes(path(key)).catch(absent),
    async put(key, bytes) {
      await mkdir(folder, { recursive: true })
      // Renamed when whole: a run that is killed leaves the entry before.
      const unfinished = join(folder, `.${process.pid}.${fileOf(key)}`)
      await writeFile(unfinished, bytes)
      await rename(unfinished, path(key))
    },
    async list(prefix) {
      const files = (await readdir(folder).catch(absent)) ?? []
      const keys = files
        .filter((file) => !file.startsWith('.'))
        .map(keyOf)
        .filter((key) => key?.startsWith(prefix)) as string[]
      const entries = await Promise.all(
        // Another run may delete one meanwhile.
        keys.map(async (key) => ({ key, size: (await stat(path(key)).catch(absent))?.size })),
      )
      return entries.filter((entry): entry is { key: string; size: number } => entry.size !== undefined)
    },
    delete: (key) => rm(path(key), { force: true }),
  }
}
