// ZIPs from strangers, read with limits and without unpacking more than is asked for; and ZIPs of ours, equal for equal files.
// Knows nothing of models, nor of tfjs: the page uses it as well.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { CheckpointError } from './error.ts'

/** Files by their path, with `/` between folders. */
export type Files = Map<string, Uint8Array>

const MAX_UNPACKED = 2 ** 31
const MAX_FILES = 10_000
const MAX_JSON = 16 * 2 ** 20

export const sha256Of = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))

/** The paths in a ZIP with their unpacked sizes in bytes. Throws CheckpointError. */
export function listZip(bytes: Uint8Array): Map<string, number> {
  const sizes = new Map<string, number>()
  eachEntry(bytes, (path, size) => {
    if (sizes.size >= MAX_FILES) throw new CheckpointError(`The ZIP holds more than ${MAX_FILES} files.`)
    if (!path.endsWith('/')) sizes.set(path, size)
    return false
  })
  return sizes
}

/** Those files of a ZIP that are wanted and there. Throws CheckpointError. */
export function unzip(bytes: Uint8Array, wanted: Iterable<string>): Files {
  const paths = new Set(wanted)
  let total = 0
  const found = eachEntry(bytes, (path, size) => {
    if (!paths.has(path)) return false
    total += size
    if (total > MAX_UNPACKED) throw new CheckpointError('The ZIP unpacks to more than 2 GiB.')
    return true
  })
  return new Map(Object.entries(found))
}

function eachEntry(bytes: Uint8Array, take: (path: string, size: number) => boolean): Record<string, Uint8Array> {
  try {
    // `__proto__` as a name would not become an entry of the object that is returned.
    return unzipSync(bytes, { filter: ({ name, originalSize }) => name !== '__proto__' && take(name, originalSize) })
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw new CheckpointError('The file is not a ZIP, or is damaged.')
  }
}

/** A ZIP with the bytes that follow from the files alone: sorted, not compressed (weights hardly shrink), a fixed date. */
export function canonicalZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 0, mtime: new Date(1980, 0, 1) })
}

/** A file of a folder: its path in it, with `/` between folders. */
export interface FolderFile {
  path: string
  bytes: Uint8Array
}

/**
 * The ZIP of a folder's files, so that equal folders are one checkpoint with one SHA-256. A folder around all of them is
 * taken off; hidden files are left out, and so are pickles that lie beside safetensors, which are never read.
 * Throws CheckpointError for paths that lead out of the folder, or that come twice.
 */
export function packFolder(files: readonly FolderFile[]): Uint8Array {
  const visible = files.map(({ path, bytes }) => ({ parts: partsOf(path), bytes })).filter(({ parts }) => !parts.some(isHidden))
  const around = commonFolders(visible.map(({ parts }) => parts))
  const packed: Files = new Map()
  for (const { parts, bytes } of visible) {
    const path = parts.slice(around).join('/')
    if (packed.has(path)) throw new CheckpointError(`${path} comes twice.`)
    packed.set(path, bytes)
  }
  for (const path of packed.keys()) if (isPickle(path) && hasSafetensors(folderOf(path), packed)) packed.delete(path)
  if (packed.size === 0) throw new CheckpointError('The folder is empty.')
  return canonicalZip(packed)
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length > 0 && !/[\\:\0]/.test(path) && !parts.includes('..') && !parts.includes('__proto__')) return parts
  throw new CheckpointError(`${JSON.stringify(path)} is no path inside a folder.`)
}

const isHidden = (part: string) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db' || part === 'desktop.ini'

/** How many folders lie around all files. */
function commonFolders(paths: readonly string[][]): number {
  const [first = []] = paths
  let depth = 0
  while (depth < first.length - 1 && paths.every((parts) => parts.length > depth + 1 && parts[depth] === first[depth])) depth++
  return depth
}

/** The folder of a path, with its last `/`; '' for the outermost. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** Files of PyTorch that are programs for Python's unpickler: whoever reads them may run what they hold. */
export const isPickle = (path: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(path)

const hasSafetensors = (folder: string, files: Files) =>
  [...files.keys()].some((path) => folderOf(path) === folder && path.endsWith('.safetensors'))

/** A file as a JSON object. Throws CheckpointError. */
export function jsonOf(bytes: Uint8Array | undefined, path: string): Record<string, unknown> {
  if (!bytes) throw new CheckpointError(`${path} is missing in the ZIP.`)
  if (bytes.length > MAX_JSON) throw new CheckpointError(`${path} is ${bytes.length} bytes long: too long for a configuration.`)
  let value: unknown
  try {
    value = JSON.parse(strFromU8(bytes))
  } catch {
    throw new CheckpointError(`${path} is not JSON.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CheckpointError(`${path} is not an object.`)
}

/** As diffusers writes its configurations: keys sorted, two spaces. */
export const jsonBytes = (value: Record<string, unknown>): Uint8Array =>
  strToU8(JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2) + '\n')
