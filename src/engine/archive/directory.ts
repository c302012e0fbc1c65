// Directory of a ZIP (PKWARE APPNOTE 6.3): entries with their sizes, checksums and offsets. Parsed
// strictly, because files are untrusted. Reads no contents.
import { quoteName } from '../base/quote.ts'
import { archiveMessages } from '../messages/archive.ts'
import { ArchiveError } from './error.ts'

/** Entry of the directory, still packed. */
export interface ZipEntry {
  /** Separated by `/`, inside the ZIP: neither absolute nor with `..`. */
  path: string
  /** Unpacked size in bytes, as declared. */
  size: number
  packedSize: number
  /** 0: stored; 8: deflated. */
  method: number
  crc: number
  /** Offset of the local header. */
  offset: number
  /** Raw name, which the local header repeats. */
  name: Uint8Array
}

/** Place of the directory in the file. */
export interface DirectoryPlace {
  at: number
  size: number
  count: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50

/** Length of the end record and of its longest comment. */
export const ZIP_TAIL = 22 + 65_535 + 76
const LOCAL_HEADER = 30
const DIRECTORY_ENTRY = 46
const MOST_DIRECTORY_BYTES = 64 * 2 ** 20

const dataViewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Finds the directory from the last bytes of a file, {@link ZIP_TAIL} or all of them. `fileSize` is
 * the size of the file. Throws ArchiveError.
 */
export function findDirectory(tail: Uint8Array, fileSize: number): DirectoryPlace {
  const view = dataViewOf(tail)
  const start = fileSize - tail.length
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue
    const place = findDirectory64(view, at, start) ?? {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      at: view.getUint32(at + 16, true),
    }
    if (place.at + place.size > start + at || place.size > MOST_DIRECTORY_BYTES)
      throw new ArchiveError(archiveMessages.directoryPlace())
    return place
  }
  throw new ArchiveError(archiveMessages.damaged())
}

/** The ZIP64 end record, which lies before its locator and the ordinary end record. */
function findDirectory64(view: DataView, end: number, start: number): DirectoryPlace | undefined {
  const locator = end - 20
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return undefined
  const at = readUint64(view, locator + 8) - start
  if (!(at >= 0 && at + 56 <= locator) || view.getUint32(at, true) !== END_64)
    throw new ArchiveError(archiveMessages.directoryPlace())
  return {
    count: readUint64(view, at + 32),
    size: readUint64(view, at + 40),
    at: readUint64(view, at + 48),
  }
}

const readUint64 = (view: DataView, at: number) =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32

/**
 * Parses the directory: files in order, without folders and without paths that leave the ZIP.
 * Throws ArchiveError for damage, encryption, duplicates and overlapping entries.
 */
export function parseDirectory(bytes: Uint8Array, { at: end, count }: DirectoryPlace): ZipEntry[] {
  const view = dataViewOf(bytes)
  const entries = new Map<string, ZipEntry>()
  const all: ZipEntry[] = []
  for (let at = 0; at < bytes.length;) {
    const length = entryLength(view, at)
    if (length === undefined) break
    const entry = parseEntry(bytes, view, at)
    at += length
    all.push(entry)
    if (entry.path.endsWith('/') || !isInsideArchive(entry.path)) continue
    if (entries.has(entry.path))
      throw new ArchiveError(archiveMessages.twice({ path: quoteName(entry.path) }), repack())
    entries.set(entry.path, entry)
  }
  // Some programs store the number of entries modulo 65536.
  if ((all.length - count) % 65_536 !== 0)
    throw new ArchiveError(archiveMessages.directoryEntry({ index: all.length + 1, count }))
  checkPlaces(all, end)
  return [...entries.values()]
}

const repack = () => archiveMessages.repack()

/** Length of an entry with its name, extra fields and comment; undefined if it is damaged. */
function entryLength(view: DataView, at: number): number | undefined {
  if (at + DIRECTORY_ENTRY > view.byteLength || view.getUint32(at, true) !== ENTRY) return undefined
  const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true))
  const length = DIRECTORY_ENTRY + name + extra + comment
  return at + length <= view.byteLength ? length : undefined
}

const UTF8 = 0x800
const ENCRYPTED = 1

function parseEntry(bytes: Uint8Array, view: DataView, at: number): ZipEntry {
  const flags = view.getUint16(at + 8, true)
  const nameEnd = at + DIRECTORY_ENTRY + view.getUint16(at + 28, true)
  const name = bytes.subarray(at + DIRECTORY_ENTRY, nameEnd)
  const entry: ZipEntry = {
    path: decodePath(name, (flags & UTF8) !== 0),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    name,
  }
  if (flags & ENCRYPTED)
    throw new ArchiveError(archiveMessages.encrypted({ path: quoteName(entry.path) }), repack())
  return [entry.size, entry.packedSize, entry.offset].includes(UNKNOWN)
    ? withSizes64(entry, bytes.subarray(nameEnd, nameEnd + view.getUint16(at + 30, true)))
    : entry
}

const UNKNOWN = 0xffffffff

/** Replaces sizes of 0xffffffff by those of the ZIP64 field. */
function withSizes64(entry: ZipEntry, extra: Uint8Array): ZipEntry {
  const view = dataViewOf(extra)
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let field = at + 4
    const end = Math.min(extra.length, field + view.getUint16(at + 2, true))
    const next = (value: number) => {
      if (value !== UNKNOWN || field + 8 > end) return value
      field += 8
      return readUint64(view, field - 8)
    }
    const size = next(entry.size)
    const packedSize = next(entry.packedSize)
    return { ...entry, size, packedSize, offset: next(entry.offset) }
  }
  return entry
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Names without the UTF-8 flag are UTF-8 in practice, or else in a one-byte encoding. */
function decodePath(name: Uint8Array, declared: boolean): string {
  const slashes = (text: string) => text.replaceAll('\\', '/').replace(/^(\.\/)+/, '')
  try {
    return slashes(utf8.decode(name))
  } catch {
    return slashes(new TextDecoder(declared ? 'utf-8' : 'latin1').decode(name))
  }
}

/** False for paths that are absolute, leave the ZIP, or contain empty parts or NUL. */
const isInsideArchive = (path: string): boolean =>
  !/^[a-z]:|\0/i.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** Checks that entries lie before the directory and do not overlap. */
function checkPlaces(entries: readonly ZipEntry[], end: number) {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset)
  sorted.forEach((entry, i) => {
    const after = entry.offset + LOCAL_HEADER + entry.name.length + entry.packedSize
    const limit = sorted[i + 1]?.offset ?? end
    if (after <= limit) return
    throw new ArchiveError(archiveMessages.entryPlace({ path: quoteName(entry.path) }))
  })
}

/**
 * Returns where the data of an entry begin, relative to its local header, of which `header` are the
 * first bytes. Throws ArchiveError if the header is damaged or that of another entry.
 */
export function dataStart(entry: ZipEntry, header: Uint8Array): number {
  const view = dataViewOf(header)
  const { name } = entry
  const agrees =
    header.length >= LOCAL_HEADER + name.length &&
    view.getUint32(0, true) === LOCAL &&
    view.getUint16(8, true) === entry.method &&
    view.getUint16(26, true) === name.length &&
    name.every((byte, i) => header[LOCAL_HEADER + i] === byte)
  if (!agrees) throw new ArchiveError(archiveMessages.localHeader({ path: quoteName(entry.path) }))
  return LOCAL_HEADER + name.length + view.getUint16(28, true)
}

/** Number of bytes of a local header that {@link dataStart} needs. */
export const localHeaderSize = ({ name }: ZipEntry): number => LOCAL_HEADER + name.length
