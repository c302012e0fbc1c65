// Storage in a folder, for Node: one file for each entry, named by its escaped key.
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { FolderFile } from '../engine/checkpoint/archive.ts'
import type { StateStore } from '../engine/plan/store.ts'
import type { SafeFileName } from '../engine/base/fileName.ts'
import { makeFolder, removeUnfinished, writeInFolder } from './atomicFile.ts'

/** Turns a key into a file name, without the characters that file systems treat specially. */
const escapeKey = (key: string) =>
  encodeURIComponent(key).replaceAll('*', '%2A').replaceAll('.', '%2E') as SafeFileName

/** Returns undefined for files that are not entries of the store. */
function unescapeKey(file: string): string | undefined {
  try {
    return decodeURIComponent(file)
  } catch {
    return undefined
  }
}

const undefinedIfMissing = (error: unknown) => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}

/** Reads a file as plain bytes. Node returns a Buffer, whose `slice` does not copy. */
export const readBytes = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(path))

/** Reads all files in `folder` and its subfolders. */
export async function readFolder(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      bytes: await readBytes(path),
    })),
  )
}

/**
 * The size of an entry; undefined if there is none. Links, pipes, devices and folders are no entries:
 * reading a pipe would wait for ever, a device may have no end, and a link may lead anywhere.
 */
async function entrySize(path: string): Promise<number | undefined> {
  const entry = await lstat(path).catch(undefinedIfMissing)
  return entry?.isFile() ? entry.size : undefined
}

/** A store in `folder`, which is created on first use. */
export function folderStore(folder: string): StateStore {
  const path = (key: string) => join(folder, escapeKey(key))
  return {
    async get(key) {
      if ((await entrySize(path(key))) === undefined) return undefined
      return readBytes(path(key)).catch(undefinedIfMissing)
    },
    async put(key, bytes) {
      await makeFolder(folder)
      // A killed run leaves the previous entry intact.
      await writeInFolder(folder, escapeKey(key), bytes)
    },
    async list(prefix) {
      const files = (await readdir(folder).catch(undefinedIfMissing)) ?? []
      const keys = files
        .filter((file) => !file.startsWith('.'))
        .map(unescapeKey)
        .filter((key) => key?.startsWith(prefix)) as string[]
      const entries = await Promise.all(
        // Another run may delete one in the meantime.
        keys.map(async (key) => ({ key, size: await entrySize(path(key)) })),
      )
      return entries.filter(
        (entry): entry is { key: string; size: number } => entry.size !== undefined,
      )
    },
    delete: (key) => rm(path(key), { force: true }),
    removeOrphans: () => removeUnfinished(folder).catch(undefinedIfMissing),
  }
}
