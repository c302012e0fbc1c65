// All that this browser keeps in one ZIP, and back. A list says what each file is; nothing else in the ZIP is read.
//
//   library.json            the list
//   workflows/<name>.json   drafts/  versions/  runs/  checkpoints/  datasets/  states/  settings.json
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { messageOf } from '../../engine/plan/fault.ts'
import { entriesOfZip, type ZipEntry } from '../drops/zip.ts'
import { texts } from '../texts.ts'
import { partIds, type PartId, type Parts, type Taken } from './parts.ts'

export const LIST = 'library.json'
const FORMAT = 'litegraph-diffusion library'

/** What ZIPs without extensions hold, with some room for their lists. */
const LARGEST = 4e9
const MOST_FILES = 20_000
/** Bytes that are neither packed nor text: a checkpoint, a state. */
const LARGEST_FILE = 2e9

interface Listed {
  path: string
  part: PartId
  about: Record<string, unknown>
}

type Progress = (done: number, total: number) => void

/**
 * The parts that are wanted, in a ZIP. It grows file by file, so no more than one of them is in memory at once.
 * @throws Error if it would be too large, or `signal` ends it
 */
export async function writeLibrary(parts: Parts, wanted: readonly PartId[], progress: Progress, signal?: AbortSignal) {
  const all = (
    await Promise.all(wanted.map(async (part) => (await parts[part].entries()).map((entry) => ({ part, ...entry }))))
  ).flat()
  const total = all.reduce((sum, { size }) => sum + size, 0)
  if (total > LARGEST || all.length > MOST_FILES) throw new Error(texts.backup.tooLarge)
  const chunks: Blob[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    chunks.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  })
  const add = (path: string, bytes: Uint8Array, raw = false) => {
    const file = raw ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 })
    zip.add(file)
    file.push(bytes, true)
  }
  const list: Listed[] = []
  let done = 0
  for (const { part, path, about, raw, size, bytes } of unique(all)) {
    signal?.throwIfAborted()
    add(path, await bytes(), raw)
    list.push({ path, part, about })
    progress((done += size), total)
  }
  const made = new Date().toISOString()
  add(LIST, new TextEncoder().encode(JSON.stringify({ format: FORMAT, version: 1, made, files: list }, null, 2)))
  zip.end()
  return new Blob(chunks, { type: 'application/zip' })
}

/** With paths that differ, whatever things are called. */
function unique<E extends { path: string }>(entries: readonly E[]): E[] {
  const taken = new Set<string>()
  return entries.map((entry) => {
    let { path } = entry
    for (let i = 2; taken.has(path); i++) path = entry.path.replace(/(\.\w+)?$/, ` ${i}$1`)
    taken.add(path)
    return { ...entry, path }
  })
}

/** How many of each part came in, and how; and what did not, with the reason. */
export interface Report {
  taken: Record<Taken, number>
  failed: { path: string; reason: string }[]
}

/**
 * Takes in what a ZIP of {@link writeLibrary} holds, beside what is there.
 * @throws Error if it is none, or damaged
 */
export async function readLibrary(zip: Blob, parts: Parts, progress: Progress, signal?: AbortSignal): Promise<Report> {
  const files = new Map<string, ZipEntry>()
  for (const entry of await entriesOfZip(zip)) {
    if (files.has(entry.path) || files.size >= MOST_FILES) throw new Error(texts.backup.damaged)
    files.set(entry.path, entry)
  }
  const list = await listIn(files.get(LIST))
  const report: Report = { taken: { added: 0, there: 0, both: 0 }, failed: [] }
  const total = list.reduce((sum, { path }) => sum + (files.get(path)?.size ?? 0), 0)
  let done = 0
  for (const { path, part, about } of list) {
    signal?.throwIfAborted()
    const file = files.get(path)
    try {
      if (!file) throw new Error(texts.backup.missing)
      report.taken[await parts[part].take(about, await file.unpack(LARGEST_FILE))]++
    } catch (error) {
      report.failed.push({ path, reason: messageOf(error) })
    }
    progress((done += file?.size ?? 0), total)
  }
  return report
}

async function listIn(entry: ZipEntry | undefined): Promise<Listed[]> {
  if (!entry) throw new Error(texts.backup.noList)
  const said = JSON.parse(new TextDecoder().decode(await entry.unpack())) as {
    format?: unknown
    version?: unknown
    files?: unknown
  }
  if (said?.format !== FORMAT || said.version !== 1 || !Array.isArray(said.files)) throw new Error(texts.backup.noList)
  return said.files.filter(isListed)
}

const isListed = (value: unknown): value is Listed => {
  const { path, part, about } = (value ?? {}) as Partial<Listed>
  return typeof path === 'string' && partIds.includes(part as PartId) && typeof about === 'object' && about !== null
}
