// Backup ZIP of everything this browser stores. Only files in the list are read:
//
//   library.json            list of files
//   workflows/<name>.json   drafts/  versions/  runs/  checkpoints/  datasets/  states/
//   settings.json
import type { MessageText } from '../../engine/base/catalogue.ts'
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { getErrorText } from '../../engine/messages/fault.ts'
import { isPlainObject } from '../../engine/base/records.ts'
import { isQuotaError } from '../../storage/keyValues.ts'
import type { OpenedFile } from '../storage/openedFile.ts'
import type { ZipEntry } from '../storage/zip.ts'
import { texts } from '../texts/texts.ts'
import { BackupError } from './error.ts'
import type { ImportOutcome } from './part.ts'
import { partIds, type PartId, type Parts } from './parts.ts'
import { parseJson } from './records.ts'

export const LIST_PATH = 'library.json'
const FORMAT = 'litegraph-diffusion library'

/** Limit of ZIPs without the ZIP64 extension, with some room for the directory. */
const MAX_ZIP_SIZE = 4e9
const MAX_FILES = 20_000
/** Limit of uncompressed entries: checkpoints and states. */
const MAX_FILE_SIZE = 2e9

interface ListedFile {
  path: string
  part: PartId
  about: Record<string, unknown>
}

/** Bytes that are packed without a pause. */
const PART_SIZE = 2 ** 21
const nextTimerTask = () => new Promise<void>((resolve) => setTimeout(resolve))

export type ReportProgress = (done: number, total: number) => void

/** Entries that could not be read, with the reasons. */
export type Failures = { path: string; reason: MessageText }[]

/**
 * Writes parts to a ZIP, entry by entry, so that at most one entry is in memory at a time. Leaves
 * out entries that are damaged.
 * @throws Error if the ZIP would be too large, or `signal` aborts it
 */
export async function writeBackup(
  parts: Parts,
  chosen: readonly PartId[],
  onProgress: ReportProgress,
  signal?: AbortSignal,
): Promise<{ zip: Blob; failed: Failures }> {
  const partEntries = await Promise.all(
    chosen.map(async (part) => (await parts[part].entries()).map((entry) => ({ part, ...entry }))),
  )
  const all = partEntries.flat()
  const total = all.reduce((sum, { size }) => sum + size, 0)
  if (total > MAX_ZIP_SIZE || all.length > MAX_FILES) throw new Error(texts.backup.tooLarge)
  const chunks: Blob[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    chunks.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  })
  const add = async (path: string, bytes: Uint8Array, raw = false) => {
    const file = raw ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 })
    zip.add(file)
    // In parts, so that the checksums and the compression of a large file do not block the page.
    let at = 0
    do {
      file.push(bytes.subarray(at, at + PART_SIZE), at + PART_SIZE >= bytes.length)
      at += PART_SIZE
      await nextTimerTask()
    } while (at < bytes.length)
  }
  const list: ListedFile[] = []
  const failed: Failures = []
  let done = 0
  for (const { part, path, about, raw, size, bytes } of makePathsUnique(all)) {
    signal?.throwIfAborted()
    const content = await bytes().catch((error: unknown) => {
      failed.push({ path, reason: getErrorText(error) })
    })
    if (content) {
      await add(path, content, raw)
      list.push({ path, part, about })
    }
    onProgress((done += size), total)
  }
  const header = { format: FORMAT, version: 1, made: new Date().toISOString(), files: list }
  await add(LIST_PATH, new TextEncoder().encode(JSON.stringify(header, null, 2)))
  zip.end()
  return { zip: new Blob(chunks, { type: 'application/zip' }), failed }
}

/** Appends numbers to duplicate paths. */
function makePathsUnique<E extends { path: string }>(entries: readonly E[]): E[] {
  const usedPaths = new Set<string>()
  /** Number that the next entry of the same path tries first. */
  const numbers = new Map<string, number>()
  return entries.map((entry) => {
    let { path } = entry
    let i = numbers.get(path) ?? 2
    for (; usedPaths.has(path); i++) path = entry.path.replace(/(\.\w+)?$/, ` ${i}$1`)
    numbers.set(entry.path, i)
    usedPaths.add(path)
    return { ...entry, path }
  })
}

/** Result of an import: number of entries by outcome, and failures with their reasons. */
export interface BackupReport {
  outcomes: Record<ImportOutcome, number>
  failed: Failures
}

/**
 * Imports a ZIP of {@link writeBackup}. Existing data is never overwritten.
 * @throws BackupError if it is not a backup, and ArchiveError if it is damaged
 */
export async function readBackup(
  zip: Pick<OpenedFile, 'zipEntries'>,
  parts: Parts,
  onProgress: ReportProgress,
  signal?: AbortSignal,
): Promise<BackupReport> {
  const files = new Map<string, ZipEntry>()
  for (const entry of await zip.zipEntries()) {
    if (files.has(entry.path) || files.size >= MAX_FILES)
      throw new BackupError(texts.backup.damaged)
    files.set(entry.path, entry)
  }
  const list = await readList(files.get(LIST_PATH))
  const report: BackupReport = { outcomes: { added: 0, present: 0, copied: 0 }, failed: [] }
  const total = list.reduce((sum, { path }) => sum + (files.get(path)?.size ?? 0), 0)
  let done = 0
  for (const { path, part, about } of list) {
    signal?.throwIfAborted()
    const file = files.get(path)
    try {
      if (!file) throw new BackupError(texts.backup.missing)
      report.outcomes[await parts[part].importEntry(about, await file.unpack(MAX_FILE_SIZE))]++
    } catch (error) {
      const reason = isQuotaError(error) ? texts.storage.full : getErrorText(error)
      report.failed.push({ path, reason })
    }
    onProgress((done += file?.size ?? 0), total)
  }
  return report
}

async function readList(entry: ZipEntry | undefined): Promise<ListedFile[]> {
  if (!entry) throw new BackupError(texts.backup.invalid)
  const header = parseJson(await entry.unpack())
  if (
    !isPlainObject(header) ||
    header.format !== FORMAT ||
    header.version !== 1 ||
    !Array.isArray(header.files)
  )
    throw new BackupError(texts.backup.invalid)
  return header.files.filter(isListed)
}

const isListed = (value: unknown): value is ListedFile => {
  const { path, part, about } = (value ?? {}) as Partial<ListedFile>
  return (
    typeof path === 'string' &&
    partIds.includes(part as PartId) &&
    typeof about === 'object' &&
    about !== null
  )
}
