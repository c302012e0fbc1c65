// ZIPs of images: entries are unpacked in groups, so that they are never all in memory.
import { unzipSync } from 'fflate'
import { datasetMessages } from '../messages/datasets.ts'

export interface ZipEntry {
  path: string
  /** Declared unpacked size in bytes; never exceeded. */
  size: number
}

export interface Zip {
  entries: ZipEntry[]
  /** Sets the reading order: neighbours are unpacked together. */
  expect(paths: string[]): void
  /** Returns the bytes of an entry. Throws if it cannot be unpacked. */
  read(path: string): Uint8Array
}

/** Bytes unpacked at once. */
const TOGETHER = 16 * 2 ** 20

/** Opens a ZIP. Throws if it is not a ZIP or is damaged. */
export function openZip(bytes: Uint8Array): Zip {
  const sizes = new Map<string, number>()
  unzipSync(bytes, {
    filter({ name, originalSize }) {
      if (!name.endsWith('/')) sizes.set(name, originalSize)
      return false
    },
  })
  let order = [...sizes.keys()]
  let places = new Map<string, number>()
  let unpacked: Record<string, Uint8Array> = {}
  const unpack = (paths: Set<string>) => unzipSync(bytes, { filter: ({ name }) => paths.has(name) })
  return {
    entries: [...sizes].map(([path, size]) => ({ path, size })),
    expect(paths) {
      order = paths
      places = new Map(paths.map((path, i) => [path, i]))
    },
    read(path) {
      if (!Object.hasOwn(unpacked, path)) {
        const together = new Set<string>([path])
        let size = sizes.get(path) ?? 0
        for (const next of order.slice((places.get(path) ?? order.length) + 1)) {
          size += sizes.get(next)!
          if (size > TOGETHER) break
          together.add(next)
        }
        try {
          unpacked = unpack(together)
        } catch {
          // One entry of the group is damaged; unpack this one alone to find out which.
          unpacked = unpack(new Set([path]))
        }
      }
      const file = unpacked[path]
      if (!file) throw new Error(datasetMessages.notInZip())
      return file
    },
  }
}
