// Reader of ZIP files that loads single entries: a ZIP of images can be larger than memory.
import { inflateSync } from 'fflate'
import { dropMessages } from '../texts/dropMessages.ts'

/** Entry of a ZIP, still compressed. */
export interface ZipEntry {
  path: string
  /** Uncompressed size in bytes. */
  size: number
  /**
   * Throws Error if it is damaged or larger than {@link MAX_ENTRY_SIZE}. Uncompressed entries may
   * have up to `maxRawSize` bytes.
   */
  unpack(maxRawSize?: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Limit of entries that are decompressed in the page. */
const MAX_ENTRY_SIZE = 64 * 2 ** 20
const MAX_DIRECTORY_SIZE = 64 * 2 ** 20

/** Signatures of the end record and of an entry of the central directory. */
const END = 0x06054b50
const ENTRY = 0x02014b50

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

/**
 * Reads the directory of a ZIP: its files in order, without folders.
 * @throws Error if it is damaged, or uses ZIP64 (more than 4 GiB)
 */
export async function readZipEntries(zip: Blob): Promise<ZipEntry[]> {
  const { at, size } = await findDirectory(zip)
  const view = await readView(zip, at, size)
  const entries: ZipEntry[] = []
  for (let offset = 0; offset + 46 <= view.byteLength && view.getUint32(offset, true) === ENTRY;) {
    const uint16 = (field: number) => view.getUint16(offset + field, true)
    const uint32 = (field: number) => view.getUint32(offset + field, true)
    const nameLength = uint16(28)
    if (offset + 46 + nameLength > view.byteLength) break
    const path = new TextDecoder()
      .decode(new Uint8Array(view.buffer, offset + 46, nameLength))
      .replaceAll('\\', '/')
    if (!path.endsWith('/')) {
      const header: EntryHeader = {
        path,
        method: uint16(10),
        compressedSize: uint32(20),
        size: uint32(24),
        headerOffset: uint32(42),
      }
      const unpack = (maxRawSize?: number) => unpackEntry(zip, header, maxRawSize)
      entries.push({ path, size: header.size, unpack })
    }
    offset += 46 + nameLength + uint16(30) + uint16(32)
  }
  return entries
}

/** Finds the central directory: the end record is followed by a comment of at most 65535 bytes. */
async function findDirectory(zip: Blob): Promise<{ at: number; size: number }> {
  const tail = Math.max(0, zip.size - 22 - 65535)
  const view = await readView(zip, tail, zip.size - tail)
  for (let offset = view.byteLength - 22; offset >= 0; offset--) {
    if (view.getUint32(offset, true) !== END) continue
    const [size, at] = [view.getUint32(offset + 12, true), view.getUint32(offset + 16, true)]
    if (at === 0xffffffff) throw new Error(dropMessages.zipTooLarge())
    if (at + size > tail + offset || size > MAX_DIRECTORY_SIZE) break
    return { at, size }
  }
  throw new Error(dropMessages.zipDamaged())
}

interface EntryHeader {
  path: string
  /** 0: stored; 8: deflated. */
  method: number
  compressedSize: number
  size: number
  /** Offset of the local header. */
  headerOffset: number
}

async function unpackEntry(
  zip: Blob,
  { path, method, compressedSize, size, headerOffset }: EntryHeader,
  maxRawSize = MAX_ENTRY_SIZE,
): Promise<Uint8Array<ArrayBuffer>> {
  const maxSize = method === 0 ? maxRawSize : MAX_ENTRY_SIZE
  if (Math.max(size, compressedSize) > maxSize)
    throw new Error(dropMessages.entryTooLarge({ path: path }))
  const header = await readView(zip, headerOffset, 30)
  if (header.byteLength < 30) throw new Error(dropMessages.entryDamaged({ path: path }))
  const start = headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true)
  const bytes = new Uint8Array(await zip.slice(start, start + compressedSize).arrayBuffer())
  if (method === 0) return bytes
  if (method !== 8) throw new Error(dropMessages.unknownCompression({ path: path }))
  // A buffer of the declared size cuts off entries that inflate to more.
  return inflateSync(bytes, { out: new Uint8Array(size) }) as Uint8Array<ArrayBuffer>
}

const readView = async (blob: Blob, at: number, size: number) =>
  new DataView(await blob.slice(at, at + size).arrayBuffer())
