// Atomic files, for Node: written under a temporary name in the same folder and renamed when
// complete, so that a crash or a full disk leaves no partial file under the final name.
import { rmSync } from 'node:fs'
import {
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { SafeFileName } from '../engine/base/fileName.ts'

/** Age in milliseconds from which an unfinished file of a running process or other host is old. */
const MAX_AGE = 24 * 3600 * 1000

const host = hostname().replaceAll(/[^\w-]/g, '_')

/** `.<process>@<host>.<number>.unfinished` */
const unfinishedName = /^\.(\d+)@([\w-]*)\.\d+\.unfinished$/
/** Of earlier versions: `.<process>.<escaped key of a stored training>` */
const earlierName = /^\.(\d+)\.(?:state|origin)%2F/

/** Temporary files of this process. */
const pending = new Set<string>()
let count = 0

/**
 * Writes the file that the user named, completely or not at all. A device or pipe at `path` is
 * written directly, and a symbolic link is followed. Files in a folder are written by
 * {@link writeInFolder}.
 * @throws an ErrnoException whose `path` is that of the file, or of its folder if that is missing
 */
export async function writeFileAtomically(path: string, data: Uint8Array | string): Promise<void> {
  try {
    const existing = await statIfExists(path)
    if (existing && !existing.isFile()) return await writeFile(path, data)
    // A symbolic link stays, and its target is replaced.
    const target = existing ? await realpath(path) : path
    await writeAndRename(target, data, existing?.mode)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw Object.assign(error as Error, { path: missing ? dirname(path) : path })
  }
}

/**
 * Writes a file in a folder completely or not at all. The folder may be a symbolic link, because the
 * user named it. Whatever has the name of the file is replaced and never followed or opened: a link
 * in a folder of somebody else could lead to any file of the user.
 * @throws an ErrnoException with the path of the file, such as EISDIR for a folder of this name
 */
export async function writeInFolder(
  folder: string,
  name: SafeFileName,
  data: Uint8Array | string,
): Promise<void> {
  const path = join(folder, name)
  try {
    const existing = await lstat(path).catch(() => undefined)
    await writeAndRename(path, data, existing?.isFile() ? existing.mode : undefined)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw Object.assign(error as Error, { path: missing ? folder : path })
  }
}

async function writeAndRename(path: string, data: Uint8Array | string, mode = 0o666) {
  const folder = dirname(path)
  const unfinished = join(folder, `.${process.pid}@${host}.${count++}.unfinished`)
  pending.add(unfinished)
  try {
    const file = await open(unfinished, 'wx', mode)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw error
  } finally {
    pending.delete(unfinished)
  }
}

/** Makes a rename durable. Some systems cannot open folders. */
async function syncFolder(path: string) {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/**
 * Creates a folder if needed, removes the unfinished files of killed processes in it, and tests that
 * files can be written.
 * @throws an ErrnoException with a path
 */
export async function prepareFolder(path: string): Promise<void> {
  await makeFolder(path)
  await removeUnfinished(path)
  const probe = join(path, `.${process.pid}@${host}.${count++}.unfinished`)
  pending.add(probe)
  try {
    // Never through a link of this name.
    await writeFile(probe, 'x', { flag: 'wx' })
  } catch (error) {
    throw Object.assign(error as Error, { path })
  } finally {
    await rm(probe, { force: true }).catch(() => {})
    pending.delete(probe)
  }
}

/** Like a recursive mkdir, which never returns in Node 20 where folders cannot be made (/proc). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path))
      await mkdir(path).catch(async (again: unknown) => {
        if (!(await statIfExists(path))?.isDirectory()) throw again
      })
    } else if (!(await statIfExists(path))?.isDirectory()) throw error
  }
}

/** Removes the unfinished files of processes that have ended. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, process, origin = host] = unfinishedName.exec(name) ?? earlierName.exec(name) ?? []
    if (process === undefined) continue
    const path = join(folder, name)
    const ended = origin === host && !isRunning(Number(process))
    if (ended || Date.now() - ((await statIfExists(path))?.mtimeMs ?? 0) > MAX_AGE)
      await rm(path, { force: true }).catch(() => {})
  }
}

/** Removes the temporary files of this process, before it exits during a write. */
export function removePending() {
  for (const path of pending) rmSync(path, { force: true })
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Returns undefined if there is no file; other errors are those of the write that follows. */
const statIfExists = (path: string) => stat(path).catch(() => undefined)
