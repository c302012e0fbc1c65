// Reads untrusted ZIPs with limits, unpacking only requested files, and writes canonical ZIPs.
// Knows neither models nor tfjs, because the page uses it as well.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { CheckpointError } from './error.ts'
import { archiveMessages } from '../messages/archive.ts'

/** Files by path, with `/` as the separator. */
export type Files = Map<string, Uint8Array>

const MAX_UNPACKED = 2 ** 31
const MAX_FILES = 10_000
const MAX_JSON = 16 * 2 ** 20

export const computeSha256 = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))

/** Lists the paths in a ZIP with their unpacked sizes in bytes. Throws CheckpointError. */
export function listZip(bytes: Uint8Array): Map<string, number> {
  const sizes = new Map<string, number>()
  eachEntry(bytes, (path, size) => {
    if (sizes.size >= MAX_FILES)
      throw new CheckpointError(archiveMessages.tooManyFiles({ most: MAX_FILES }))
    if (!path.endsWith('/')) sizes.set(path, size)
    return false
  })
  return sizes
}

/** Unpacks the requested files that a ZIP contains. Throws CheckpointError. */
export function unzip(bytes: Uint8Array, wanted: Iterable<string>): Files {
  const paths = new Set(wanted)
  let total = 0
  const found = eachEntry(bytes, (path, size) => {
    if (!paths.has(path)) return false
    total += size
    if (total > MAX_UNPACKED) throw new CheckpointError(archiveMessages.tooLarge())
    return true
  })
  return new Map(Object.entries(found))
}

function eachEntry(
  bytes: Uint8Array,
  take: (path: string, size: number) => boolean,
): Record<string, Uint8Array> {
  try {
    // A file named `__proto__` would not become an entry of the returned object.
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => name !== '__proto__' && take(name, originalSize),
    })
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw new CheckpointError(archiveMessages.damaged())
  }
}

/**
 * Writes a canonical ZIP: equal files give equal bytes. Sorted, fixed date, uncompressed, because
 * weights hardly shrink.
 */
export function canonicalZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return zipSync(Object.fromEntries(sorted), { level: 0, mtime: new Date(1980, 0, 1) })
}

/** A file of a folder with its path inside it, separated by `/`. */
export interface FolderFile {
  path: string
  bytes: Uint8Array
}

/**
 * Packs a folder into a canonical ZIP, so that equal folders have equal SHA-256. Common parent
 * folders are removed; hidden files, and pickles next to safetensors, are omitted. Throws
 * CheckpointError for paths that leave the folder and for duplicates.
 */
export function packFolder(files: readonly FolderFile[]): Uint8Array {
  const visible = files
    .map(({ path, bytes }) => ({ parts: splitPath(path), bytes }))
    .filter(({ parts }) => !parts.some(isHiddenPath))
  const around = commonFolders(visible.map(({ parts }) => parts))
  const packed: Files = new Map()
  for (const { parts, bytes } of visible) {
    const path = parts.slice(around).join('/')
    if (packed.has(path)) throw new CheckpointError(archiveMessages.twice({ path }))
    packed.set(path, bytes)
  }
  for (const path of packed.keys())
    if (isPickle(path) && hasSafetensors(parentFolder(path), packed)) packed.delete(path)
  if (packed.size === 0) throw new CheckpointError(archiveMessages.empty())
  return canonicalZip(packed)
}

function splitPath(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (
    parts.length > 0 &&
    !/[\\:\0]/.test(path) &&
    !parts.includes('..') &&
    !parts.includes('__proto__')
  )
    return parts
  throw new CheckpointError(archiveMessages.outside({ path: JSON.stringify(path) }))
}

const isHiddenPath = (part: string) =>
  part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db' || part === 'desktop.ini'

/** Number of parent folders common to all files. */
function commonFolders(paths: readonly string[][]): number {
  const [first = []] = paths
  let depth = 0
  while (
    depth < first.length - 1 &&
    paths.every((parts) => parts.length > depth + 1 && parts[depth] === first[depth])
  )
    depth++
  return depth
}

/** Returns the folder of a path with its last `/`; '' at the top level. */
export const parentFolder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** Matches pickles of PyTorch, which can run code when they are loaded. */
export const isPickle = (path: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(path)

const hasSafetensors = (folder: string, files: Files) =>
  [...files.keys()].some((path) => parentFolder(path) === folder && path.endsWith('.safetensors'))

/** Parses a file as a JSON object. Throws CheckpointError. */
export function parseJson(bytes: Uint8Array | undefined, path: string): Record<string, unknown> {
  if (!bytes) throw new CheckpointError(archiveMessages.missing({ path }))
  if (bytes.length > MAX_JSON)
    throw new CheckpointError(archiveMessages.configTooLong({ path, bytes: bytes.length }))
  let value: unknown
  try {
    value = JSON.parse(strFromU8(bytes))
  } catch {
    throw new CheckpointError(archiveMessages.notJson({ path }))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new CheckpointError(archiveMessages.notAnObject({ path }))
}

/** Formats JSON like diffusers' configs: sorted keys, two spaces. */
export const jsonBytes = (value: Record<string, unknown>): Uint8Array =>
  strToU8(
    JSON.stringify(
      Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
      null,
      2,
    ) + '\n',
  )
