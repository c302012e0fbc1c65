// One part of a backup: listing, deletion, export and import of one kind of stored data.

export interface StoredItem {
  id: string
  name: string
  /** In bytes. */
  size: number
  when?: number
}

/** Fields of an entry in the list of files, which is untrusted. */
export type About = Readonly<Record<string, unknown>>

/** Entry of the ZIP. `about` is written to the list of files. */
export interface ArchiveEntry {
  path: string
  size: number
  /** Stored without compression, for data that is compressed already or incompressible. */
  raw?: boolean
  about: About
  /** Throws Error if the stored data is damaged, or has been deleted meanwhile. */
  bytes(): Promise<Uint8Array>
}

/** Outcome of an import: new, present already, or stored as a copy beside a different one. */
export type ImportOutcome = 'added' | 'present' | 'copied'

export interface Part {
  items(): Promise<StoredItem[]>
  remove(id: string): Promise<unknown>
  entries(): Promise<ArchiveEntry[]>
  /** Imports an entry without overwriting existing data. Throws an error with the reason if it is invalid. */
  importEntry(about: About, bytes: Uint8Array): Promise<ImportOutcome>
}

/** A kind of stored data. */
interface Kind<Stored, Imported> {
  list(): Promise<readonly Stored[]>
  /** Undefined for records that belong to another item. */
  item(stored: Stored): StoredItem | undefined | Promise<StoredItem | undefined>
  remove(id: string): Promise<unknown>
  entry(stored: Stored, index: number): ArchiveEntry | Promise<ArchiveEntry>
  /** Throws an error with the reason if the entry is invalid. */
  read(about: About, bytes: Uint8Array): Imported | Promise<Imported>
  isPresent(imported: Imported): Promise<boolean>
  /** Stores what is not present. May throw as `read`. */
  put(imported: Imported): Promise<ImportOutcome>
}

export const createPart = <Stored, Imported = Stored>(kind: Kind<Stored, Imported>): Part => ({
  async items() {
    const items = await Promise.all((await kind.list()).map((each) => kind.item(each)))
    return items.filter((item) => item !== undefined)
  },
  remove: (id) => kind.remove(id),
  entries: async () => Promise.all((await kind.list()).map((each, i) => kind.entry(each, i))),
  async importEntry(about, bytes) {
    const imported = await kind.read(about, bytes)
    return (await kind.isPresent(imported)) ? 'present' : kind.put(imported)
  },
})

const encoder = new TextEncoder()

/** Size of a text in an entry, in bytes. */
export const utf8Length = (text: string) => encoder.encode(text).length

export const textEntry = (path: string, text: string, about: About): ArchiveEntry => ({
  path,
  size: utf8Length(text),
  about,
  bytes: async () => encoder.encode(text),
})
