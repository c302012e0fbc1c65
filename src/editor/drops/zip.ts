// What is in a ZIP, without reading all of it: a ZIP of images can be larger than memory.
import { inflateSync } from 'fflate'

/** A file in a ZIP, still packed. */
export interface ZipEntry {
  path: string
  /** Unpacked, in bytes. */
  size: number
  /** Throws Error if it is damaged, or larger than {@link LARGEST_ENTRY}; what is not packed may be as large as `largestRaw`. */
  unpack(largestRaw?: number): Promise<Uint8Array<ArrayBuffer>>
}

/** No more than this is unpacked in the page. */
const LARGEST_ENTRY = 64 * 2 ** 20
const LARGEST_DIRECTORY = 64 * 2 ** 20

const END = 0x06054b50
const ENTRY = 0x02014b50

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)

/**
 * Its files, without folders, in its own order.
 * @throws Error if it is damaged, or of the kind for more than 4 GiB (ZIP64)
 */
export async function entriesOfZip(zip: Blob): Promise<ZipEntry[]> {
  const { at, size } = await directoryOf(zip)
  const view = await viewOf(zip, at, size)
  const entries: ZipEntry[] = []
  for (let here = 0; here + 46 <= view.byteLength && view.getUint32(here, true) === ENTRY;) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(here + field, true)) as [number, number, number]
    if (here + 46 + name > view.byteLength) break
    const path = new TextDecoder().decode(new Uint8Array(view.buffer, here + 46, name)).replaceAll('\\', '/')
    const method = view.getUint16(here + 10, true)
    const [packed, unpacked, local] = [20, 24, 42].map((field) => view.getUint32(here + field, true)) as [number, number, number]
    if (!path.endsWith('/')) {
      entries.push({
        path,
        size: unpacked,
        unpack: (largestRaw) => unpack(zip, { path, method, packed, unpacked, local }, largestRaw),
      })
    }
    here += 46 + name + extra + comment
  }
  return entries
}

/** Where the list of files is: said at the end of the ZIP, before a comment of at most 65535 bytes. */
async function directoryOf(zip: Blob): Promise<{ at: number; size: number }> {
  const tail = Math.max(0, zip.size - 22 - 65535)
  const view = await viewOf(zip, tail, zip.size - tail)
  for (let here = view.byteLength - 22; here >= 0; here--) {
    if (view.getUint32(here, true) !== END) continue
    const [size, at] = [view.getUint32(here + 12, true), view.getUint32(here + 16, true)]
    if (at === 0xffffffff) throw new Error('It is a ZIP of more than 4 GiB. Unpack it, and drop the folder.')
    if (at + size > tail + here || size > LARGEST_DIRECTORY) break
    return { at, size }
  }
  throw new Error('The ZIP is damaged: its list of files is missing.')
}

interface Packed {
  path: string
  method: number
  packed: number
  unpacked: number
  local: number
}

async function unpack(
  zip: Blob,
  { path, method, packed, unpacked, local }: Packed,
  largestRaw = LARGEST_ENTRY,
): Promise<Uint8Array<ArrayBuffer>> {
  const largest = method === 0 ? largestRaw : LARGEST_ENTRY
  if (unpacked > largest || packed > largest) throw new Error(`${path} in the ZIP is too large.`)
  const header = await viewOf(zip, local, 30)
  if (header.byteLength < 30) throw new Error(`${path} in the ZIP is damaged.`)
  const begin = local + 30 + header.getUint16(26, true) + header.getUint16(28, true)
  const bytes = new Uint8Array(await zip.slice(begin, begin + packed).arrayBuffer())
  if (method === 0) return bytes
  if (method !== 8) throw new Error(`${path} in the ZIP is packed in a way that is not known here.`)
  // Into a buffer of the size that was said: what swells beyond it is cut.
  return inflateSync(bytes, { out: new Uint8Array(unpacked) }) as Uint8Array<ArrayBuffer>
}

const viewOf = async (blob: Blob, at: number, size: number) => new DataView(await blob.slice(at, at + size).arrayBuffer())
