// ZIP files whose entries are listed and unpacked in the worker that reads files.
import { readFileWith } from './fileReader.ts'

/** Entry of a ZIP, still compressed. */
export interface ZipEntry {
  path: string
  /** Uncompressed size in bytes. */
  size: number
  /**
   * Verifies sizes and CRC-32. Throws Error with a cure if it is damaged or too large. Uncompressed
   * entries may have up to `maxRawSize` bytes.
   */
  unpack(maxRawSize?: number): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Reads the directory of a ZIP: its files in order, without folders.
 * @throws Error with a cure if it is damaged
 */
export async function readZipEntries(zip: Blob): Promise<ZipEntry[]> {
  const entries = await readFileWith('listZipEntries', zip)
  return entries.map((entry) => ({
    path: entry.path,
    size: entry.size,
    unpack: (maxRawSize) => readFileWith('unpackZipEntry', zip, entry, maxRawSize),
  }))
}
