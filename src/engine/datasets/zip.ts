// ZIPs of images: what is in one, and its files piece by piece, so that they never all lie unpacked in memory.
import { unzipSync } from 'fflate'

export interface ZipEntry {
  path: string
  /** Unpacked, in bytes, as the ZIP says; no more is ever unpacked. */
  size: number
}

export interface Zip {
  entries: ZipEntry[]
  /** In which order entries will be read: neighbours are unpacked together. */
  expect(paths: string[]): void
  /** The bytes of an entry. Throws if it cannot be unpacked. */
  read(path: string): Uint8Array
}

/** Unpacked at once, in bytes. */
const TOGETHER = 16 * 2 ** 20

/** Throws if it is no ZIP, or is damaged. */
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
          // One of them is damaged: this one alone then says whether it is.
          unpacked = unpack(new Set([path]))
        }
      }
      const file = unpacked[path]
      if (!file) throw new Error('It is not in the ZIP.')
      return file
    },
  }
}
