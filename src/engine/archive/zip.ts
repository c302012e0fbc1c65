// Reads single entries of a ZIP in memory, with limits, verifying sizes and CRC-32.
import type { MessageText } from '../base/catalogue.ts'
import { crc32 } from '../base/crc32.ts'
import { quoteName } from '../base/quote.ts'
import { archiveMessages } from '../messages/archive.ts'
import type { ZipEntry } from './directory.ts'
import { dataStart, findDirectory, localHeaderSize, parseDirectory, ZIP_TAIL } from './directory.ts'
import { ArchiveError } from './error.ts'
import { hex32 } from './gzip.ts'
import { archiveLimits } from './limits.ts'
import type { InflateProblem } from './inflate.ts'
import { inflateExactly, InflateError, inflateStart } from './inflate.ts'

export interface Zip {
  /** Files by path, in the order of the ZIP. */
  entries: ReadonlyMap<string, ZipEntry>
  /**
   * Returns a verified file; stored ones are views into the ZIP. Throws ArchiveError if it is
   * missing, larger than `limit` bytes or damaged.
   */
  read(path: string, limit: number): Uint8Array
  /**
   * Returns the first bytes of a file without verifying it, unpacking hardly more. Throws
   * ArchiveError.
   */
  readStart(path: string, count: number): Uint8Array
}

/** Opens a ZIP and reads its directory. Throws ArchiveError. */
export function openZip(bytes: Uint8Array, mostFiles: number): Zip {
  const place = findDirectory(bytes.subarray(Math.max(0, bytes.length - ZIP_TAIL)), bytes.length)
  const list = parseDirectory(bytes.subarray(place.at, place.at + place.size), place)
  if (list.length > mostFiles)
    throw new ArchiveError(
      archiveMessages.tooManyFiles({ most: mostFiles }),
      archiveMessages.fewer(),
    )
  const entries = new Map(list.map((entry) => [entry.path, entry]))
  const packed = (path: string) => {
    const entry = entries.get(path)
    if (!entry)
      throw new ArchiveError(
        archiveMessages.missing({ path: quoteName(path) }),
        archiveMessages.choose(),
      )
    const header = bytes.subarray(entry.offset, entry.offset + localHeaderSize(entry))
    const start = entry.offset + dataStart(entry, header)
    return { entry, data: bytes.subarray(start, start + entry.packedSize) }
  }
  return {
    entries,
    read(path, limit) {
      const { entry, data } = packed(path)
      return unpackEntry(entry, data, limit)
    },
    readStart(path, count) {
      const { entry, data } = packed(path)
      return unpackStart(entry, data, count)
    },
  }
}

/** Unpacks and verifies the data of an entry. Throws ArchiveError. */
export function unpackEntry(entry: ZipEntry, data: Uint8Array, limit: number): Uint8Array {
  const path = quoteName(entry.path)
  if (entry.size > limit)
    throw new ArchiveError(
      archiveMessages.entryTooLarge({ path, size: entry.size, most: limit }),
      archiveMessages.fewer(),
    )
  if (data.length !== entry.packedSize) throw new ArchiveError(archiveMessages.entryPlace({ path }))
  const bytes = unpackData(entry, data)
  const got = crc32(bytes)
  if (got === entry.crc) return bytes
  throw new ArchiveError(archiveMessages.crc({ path, expected: hex32(entry.crc), got: hex32(got) }))
}

const STORED = 0
const DEFLATED = 8

function unpackData(entry: ZipEntry, data: Uint8Array): Uint8Array {
  if (entry.method === STORED) {
    if (entry.size === data.length) return data
    throw damagedEntry(entry, data.length > entry.size ? 'longer' : 'shorter')
  }
  return inflateEntry(entry, () => inflateExactly(data, entry.size))
}

const unpackStart = (entry: ZipEntry, data: Uint8Array, count: number): Uint8Array =>
  entry.method === STORED
    ? data.subarray(0, count)
    : inflateEntry(entry, () => inflateStart(data, count))

function inflateEntry(entry: ZipEntry, inflate: () => Uint8Array): Uint8Array {
  const { path, method } = entry
  if (method !== DEFLATED)
    throw new ArchiveError(
      archiveMessages.method({ path: quoteName(path), method }),
      archiveMessages.repack(),
    )
  try {
    return inflate()
  } catch (error) {
    throw error instanceof InflateError ? damagedEntry(entry, error.problem) : error
  }
}

function damagedEntry({ path: entryPath, size }: ZipEntry, problem: InflateProblem): ArchiveError {
  const path = quoteName(entryPath)
  const messages: { [K in InflateProblem]: MessageText } = {
    damaged: archiveMessages.entryPacked({ path }),
    longer: archiveMessages.entryLonger({ path, size }),
    shorter: archiveMessages.entryShorter({ path, size }),
  }
  return new ArchiveError(messages[problem])
}

/**
 * Refuses an entry that would grow very much, for entries whose size nothing else determines.
 * Throws ArchiveError.
 */
export function checkRatio({ path, size, packedSize }: ZipEntry) {
  const { ratio, freely } = archiveLimits
  if (size <= freely || size <= ratio * packedSize) return
  throw new ArchiveError(
    archiveMessages.ratio({ path: quoteName(path), most: ratio }),
    archiveMessages.repack(),
  )
}
