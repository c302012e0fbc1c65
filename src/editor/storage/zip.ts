// Reader of ZIP files that loads single entries: a ZIP of images can be larger than memory.
import {
  dataStart,
  findDirectory,
  localHeaderSize,
  parseDirectory,
  ZIP_TAIL,
  type ZipEntry as DirectoryEntry,
} from '../../engine/archive/directory.ts'
import { unpackEntry } from '../../engine/archive/zip.ts'

/** Entry of a ZIP, still compressed. */
export interface ZipEntry {
  path: string
  /** Uncompressed size in bytes. */
  size: number
  /**
   * Verifies sizes and CRC-32. Throws ArchiveError if it is damaged or larger than
   * {@link MAX_ENTRY_SIZE}. Uncompressed entries may have up to `maxRawSize` bytes.
   */
  unpack(maxRawSize?: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Limit of entries that are decompressed, in bytes. */
export const MAX_ENTRY_SIZE = 64 * 2 ** 20

/**
 * Reads the directory of a ZIP: its files in order, without folders.
 * @throws ArchiveError if it is damaged
 */
export async function readZipEntries(zip: Blob): Promise<ZipEntry[]> {
  const place = findDirectory(await readPart(zip, zip.size - ZIP_TAIL, zip.size), zip.size)
  const directory = await readPart(zip, place.at, place.at + place.size)
  return parseDirectory(directory, place).map((entry) => ({
    path: entry.path,
    size: entry.size,
    unpack: (maxRawSize) => readEntry(zip, entry, maxRawSize),
  }))
}

async function readEntry(
  zip: Blob,
  entry: DirectoryEntry,
  maxRawSize = MAX_ENTRY_SIZE,
): Promise<Uint8Array<ArrayBuffer>> {
  const { offset, method, packedSize, size } = entry
  const limit = method === 0 ? maxRawSize : MAX_ENTRY_SIZE
  const header = await readPart(zip, offset, offset + localHeaderSize(entry))
  const start = offset + dataStart(entry, header)
  // An entry above the limit is refused before its data are read.
  const end = Math.max(size, packedSize) > limit ? start : start + packedSize
  const data = await readPart(zip, start, end)
  return unpackEntry(entry, data, limit) as Uint8Array<ArrayBuffer>
}

const readPart = async (blob: Blob, start: number, end: number) =>
  new Uint8Array(await blob.slice(Math.max(0, start), end).arrayBuffer())
