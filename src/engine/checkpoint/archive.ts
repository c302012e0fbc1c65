// Files of a checkpoint: JSON of an untrusted ZIP, folders packed as ZIPs, and canonical ZIPs. Knows
// neither models nor tfjs, because the page uses it as well.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { strFromU8, strToU8, zipSync } from 'fflate'
import { archiveLimits } from '../archive/limits.ts'
import type { Zip } from '../archive/zip.ts'
import { formatPythonJson, parsePythonJson } from '../base/pythonJson.ts'
import { quoteName } from '../base/quote.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { archiveMessages } from '../messages/archive.ts'

/** Files by path, with `/` as the separator. */
export type Files = Map<string, Uint8Array>

export const computeSha256 = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))

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
  const withSafetensors = new Set(
    [...packed.keys()].filter((path) => path.endsWith('.safetensors')).map(parentFolder),
  )
  for (const path of packed.keys())
    if (isPickle(path) && withSafetensors.has(parentFolder(path))) packed.delete(path)
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
  throw new CheckpointError(archiveMessages.outside({ path: JSON.stringify(quoteName(path)) }))
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

/**
 * Reads a file of a ZIP as a JSON object, of at most `most` bytes. Throws CheckpointError and
 * ArchiveError.
 */
export function readZipJson(
  zip: Zip,
  path: string,
  most: number = archiveLimits.json,
): Record<string, unknown> {
  const name = quoteName(path)
  const size = zip.entries.get(path)?.size ?? 0
  if (size > most)
    throw new CheckpointError(archiveMessages.configTooLong({ path: name, bytes: size }))
  const bytes = zip.read(path, most)
  let value: unknown
  try {
    value = parsePythonJson(strFromU8(bytes))
  } catch {
    throw new CheckpointError(archiveMessages.notJson({ path: name }))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new CheckpointError(archiveMessages.notAnObject({ path: name }))
}

/** Formats JSON like diffusers' configs, which Python's json reads: sorted keys, two spaces. */
export const jsonBytes = (value: Record<string, unknown>): Uint8Array =>
  strToU8(`${formatPythonJson(value)}\n`)
