// Lists and unpacks single entries of a ZIP: one of images can be larger than memory. Runs in the
// worker that reads files.
import {
  dataStart,
  findDirectory,
  localHeaderSize,
  parseDirectory,
  ZIP_TAIL,
  type ZipEntry,
} from '../../engine/archive/directory.ts'
import { unpackEntry } from '../../engine/archive/zip.ts'

/** Limit of entries that are decompressed, in bytes. */
export const MAX_ENTRY_SIZE = 64 * 2 ** 20

/**
 * Reads the directory of a ZIP: its files in order, without folders.
 * @throws ArchiveError if it is damaged
 */
export async function listZipEntries(zip: Blob): Promise<ZipEntry[]> {
  const place = findDirectory(await readBlobPart(zip, zip.size - ZIP_TAIL, zip.size), zip.size)
  const entries = parseDirectory(await readBlobPart(zip, place.at, place.at + place.size), place)
  // Copies of the names: views would be sent with the complete directory.
  return entries.map((entry) => ({ ...entry, name: entry.name.slice() }))
}

/**
 * Unpacks an entry and verifies its sizes and CRC-32. Uncompressed entries may have up to
 * `maxRawSize` bytes.
 * @throws ArchiveError if it is damaged or larger than {@link MAX_ENTRY_SIZE}
 */
export async function unpackZipEntry(
  zip: Blob,
  entry: ZipEntry,
  maxRawSize = MAX_ENTRY_SIZE,
): Promise<Uint8Array<ArrayBuffer>> {
  const { offset, method, packedSize, size } = entry
  const limit = method === 0 ? maxRawSize : MAX_ENTRY_SIZE
  const header = await readBlobPart(zip, offset, offset + localHeaderSize(entry))
  const start = offset + dataStart(entry, header)
  // An entry above the limit is refused before its data are read.
  const end = Math.max(size, packedSize) > limit ? start : start + packedSize
  const data = await readBlobPart(zip, start, end)
  return unpackEntry(entry, data, limit) as Uint8Array<ArrayBuffer>
}

const readBlobPart = async (blob: Blob, start: number, end: number) =>
  new Uint8Array(await blob.slice(Math.max(0, start), end).arrayBuffer())
