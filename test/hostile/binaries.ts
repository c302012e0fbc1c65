// Mutants of binary files: ZIP, safetensors, PNG and gzip. Pure functions of a valid file and a
// seeded generator. Most mutants stay valid in the outer layers, with recomputed checksums, so that
// the inner layers are reached.
import { gzipSync, strToU8, unzipSync, zipSync } from 'fflate'
import { crc32 } from 'node:zlib'

/** Seeded generator of integers (mulberry32). */
export interface Chance {
  /** Integer from 0 to `count - 1`. */
  below(count: number): number
  /** One of the values. */
  pick<T>(values: readonly T[]): T
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 15), z | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return (z ^ (z >>> 14)) >>> 0
  }
  const below = (count: number) => next() % count
  return { below, pick: (values) => values[below(values.length)] }
}

/** Returns a damaged copy of a valid file. */
export type Mutate = (valid: Uint8Array, chance: Chance) => Uint8Array

/** Yields `count` mutants of the valid files in turn, each with its own seed. */
export function* mutants(
  mutate: Mutate,
  valid: readonly Uint8Array[],
  seed: number,
  count: number,
) {
  for (let i = 0; i < count; i++)
    yield { seed: seed + i, bytes: mutate(valid[i % valid.length], createChance(seed + i)) }
}

/** Sizes and offsets at which readers go wrong. */
const extremes = [
  0, 1, 2, 7, 8, 20, 21, 22, 255, 256, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xfffffffe,
  0xffffffff,
] as const

const copyView = (bytes: Uint8Array) => {
  const copy = bytes.slice()
  return { copy, view: new DataView(copy.buffer, copy.byteOffset, copy.byteLength) }
}

// ---- any file

const plainMutations: readonly Mutate[] = [
  // One flipped bit.
  (valid, chance) => {
    const copy = valid.slice()
    if (copy.length > 0) copy[chance.below(copy.length)] ^= 1 << chance.below(8)
    return copy
  },
  // Several random bytes.
  (valid, chance) => {
    const copy = valid.slice()
    for (let n = chance.below(16); n >= 0 && copy.length > 0; n--)
      copy[chance.below(copy.length)] = chance.below(256)
    return copy
  },
  // A part removed: the end, the start or the middle.
  (valid, chance) => valid.slice(0, chance.below(valid.length + 1)),
  (valid, chance) => valid.slice(chance.below(valid.length + 1)),
  (valid, chance) => {
    const from = chance.below(valid.length + 1)
    return joinBytes([valid.subarray(0, from), valid.subarray(from + 1 + chance.below(64))])
  },
  // A part repeated.
  (valid, chance) => {
    const from = chance.below(valid.length + 1)
    const to = from + chance.below(200)
    return joinBytes([valid.subarray(0, to), valid.subarray(from)])
  },
  // An extreme 32-bit number anywhere, in either byte order.
  (valid, chance) => {
    const { copy, view } = copyView(valid)
    if (copy.length >= 4)
      view.setUint32(chance.below(copy.length - 3), chance.pick(extremes), chance.below(2) === 0)
    return copy
  },
]

/** Mutates a file without knowledge of its format. */
export const mutateBytes: Mutate = (valid, chance) => chance.pick(plainMutations)(valid, chance)

// ---- JSON inside binary files

const hostileTexts = [
  'undefined',
  'NaN',
  '-1',
  '1e999',
  '9007199254740993',
  '4294967296',
  '"__proto__"',
  '"constructor"',
  'null',
  '[]',
  '{}',
  '[[[[[[[[]]]]]]]]',
  '""',
  '{"__proto__":{"x":1}}',
  '0.5',
  'true',
  '[4294967296,4294967296]',
  '"\\u0000"',
] as const

/** Replaces a value or a name of a JSON text by another one; also repeats and removes parts. */
export function mutateJson(text: string, chance: Chance): string {
  const tokens = [
    ...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|null|true|false/g),
  ]
  if (tokens.length === 0) return chance.pick(hostileTexts)
  const { 0: token, index } = chance.pick(tokens)
  const end = index + token.length
  const replace = (by: string) => text.slice(0, index) + by + text.slice(end)
  switch (chance.below(6)) {
    case 0:
      return replace(chance.pick(tokens)[0])
    case 1:
      return text.slice(0, chance.below(text.length))
    case 2: {
      const from = chance.below(text.length)
      return text.slice(0, from + chance.below(80)) + text.slice(from)
    }
    case 3:
      return replace(/^-?\d/.test(token) ? String(chance.pick(extremes)) : '"__proto__"')
    default:
      return replace(chance.pick(hostileTexts))
  }
}

// ---- safetensors

/** Mutates the header, the declared length of the header, or the data. */
export const mutateSafetensors: Mutate = (valid, chance) => {
  if (valid.length < 10 || chance.below(4) === 0) return mutateBytes(valid, chance)
  const { copy, view } = copyView(valid)
  if (chance.below(5) === 0) {
    view.setUint32(chance.pick([0, 4]), chance.pick(extremes), true)
    return copy
  }
  const length = Math.min(view.getUint32(0, true), valid.length - 8)
  const header = new TextDecoder().decode(valid.subarray(8, 8 + length))
  const changed = strToU8(mutateJson(header, chance))
  return safetensorsFile(changed, valid.subarray(8 + length))
}

/** A safetensors file of a header and data that need not fit together. */
export function safetensorsFile(header: Uint8Array | string, data: Uint8Array): Uint8Array {
  const json = typeof header === 'string' ? strToU8(header) : header
  const length = new Uint8Array(8)
  new DataView(length.buffer).setUint32(0, json.length, true)
  return joinBytes([length, json, data])
}

// ---- ZIP

/** Fields of an entry that may contradict its data. */
export interface ZipEntryFields {
  path: string
  data: Uint8Array
  /** 0: stored; 8: deflated. `data` is what is in the file. */
  method?: number
  crc?: number
  size?: number
  compressedSize?: number
  flags?: number
  /** Offset of the local header in the directory. */
  offset?: number
  /** Path in the local header. */
  localPath?: string
}

/** Writes a ZIP with exactly these fields. Defaults describe stored data correctly. */
export function zipFile(
  entries: readonly ZipEntryFields[],
  comment = new Uint8Array(),
): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const entry of entries) {
    const local = localHeader(entry)
    directory.push(directoryEntry(entry, entry.offset ?? at))
    parts.push(local, entry.data)
    at += local.length + entry.data.length
  }
  const list = joinBytes(directory)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length & 0xffff, true)
  end.setUint16(10, entries.length & 0xffff, true)
  end.setUint32(12, list.length, true)
  end.setUint32(16, at, true)
  end.setUint16(20, comment.length, true)
  return joinBytes([...parts, list, new Uint8Array(end.buffer), comment])
}

/** The fields from flags to sizes, which local headers and the directory share. */
function writeShared(view: DataView, at: number, entry: ZipEntryFields) {
  const { data, method = 0, flags = 0x800 } = entry
  view.setUint16(at, 20, true)
  view.setUint16(at + 2, flags, true)
  view.setUint16(at + 4, method, true)
  view.setUint32(at + 6, 0x00210000, true)
  view.setUint32(at + 10, entry.crc ?? crc32(data), true)
  view.setUint32(at + 14, entry.compressedSize ?? data.length, true)
  view.setUint32(at + 18, entry.size ?? data.length, true)
}

function localHeader(entry: ZipEntryFields): Uint8Array {
  const name = strToU8(entry.localPath ?? entry.path)
  const view = new DataView(new ArrayBuffer(30))
  view.setUint32(0, 0x04034b50, true)
  writeShared(view, 4, entry)
  view.setUint16(26, name.length, true)
  return joinBytes([new Uint8Array(view.buffer), name])
}

function directoryEntry(entry: ZipEntryFields, offset: number): Uint8Array {
  const name = strToU8(entry.path)
  const view = new DataView(new ArrayBuffer(46))
  view.setUint32(0, 0x02014b50, true)
  view.setUint16(4, 20, true)
  writeShared(view, 6, entry)
  view.setUint16(28, name.length, true)
  view.setUint32(42, offset, true)
  return joinBytes([new Uint8Array(view.buffer), name])
}

export const hostilePaths = [
  '../x',
  '/etc/passwd',
  'C:\\x',
  'a/../../x',
  '__proto__',
  'constructor',
  'unet/__proto__/config.json',
  'a\0b',
  '',
  '/',
  './x',
  'a//b',
  'config.json',
  'unet/config.json',
  'mlp/config.json',
  'workflow.json',
  'library.json',
] as const

/** Offsets in a directory entry: flags, method, CRC, sizes, lengths, offset of the local header. */
const directoryFields = [8, 10, 16, 20, 24, 28, 30, 32, 42] as const

/** Mutates the directory, the end record, paths, contents (with correct CRC), or any byte. */
export const mutateZip: Mutate = (valid, chance) => {
  switch (chance.below(4)) {
    case 0:
      return mutateBytes(valid, chance)
    case 1:
      return mutateZipHeaders(valid, chance)
    default:
      return mutateZipEntries(valid, chance)
  }
}

/** Mutates only fields of the directory and of the end record. Cheap: it unpacks nothing. */
export const mutateZipHeaders: Mutate = (valid, chance) => {
  const { copy, view } = copyView(valid)
  const end = valid.length - 22
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) return mutateBytes(valid, chance)
  if (chance.below(4) === 0) {
    const field = chance.pick([8, 10, 12, 16, 20])
    if (field === 12 || field === 16) view.setUint32(end + field, chance.pick(extremes), true)
    else view.setUint16(end + field, chance.pick(extremes), true)
    return copy
  }
  const entries: number[] = []
  let at = view.getUint32(end + 16, true)
  for (; at + 46 <= end && view.getUint32(at, true) === 0x02014b50;) {
    entries.push(at)
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true)
  }
  if (entries.length === 0) return mutateBytes(valid, chance)
  const field = chance.pick(entries) + chance.pick(directoryFields)
  const now = view.getUint32(field, true)
  const value = chance.pick([...extremes, now + 1, now - 1, 2 * now, valid.length])
  if (chance.below(2) === 0) view.setUint16(field, value, true)
  else view.setUint32(field, value >>> 0, true)
  return copy
}

function mutateZipEntries(valid: Uint8Array, chance: Chance): Uint8Array {
  const entries = Object.entries(unzipSync(valid)).map(([path, data]): ZipEntryFields => ({
    path,
    data,
  }))
  if (entries.length === 0) return mutateBytes(valid, chance)
  const entry = chance.pick(entries)
  switch (chance.below(6)) {
    case 0:
      entry.path = chance.pick(hostilePaths)
      break
    case 1:
      entries.push({ ...chance.pick(entries), path: entry.path })
      break
    case 2:
      entries.splice(chance.below(entries.length), 1)
      break
    case 3:
      entry.size = chance.pick([...extremes, entry.data.length + 1, entry.data.length - 1])
      break
    default:
      entry.data = mutateContent(entry, chance)
  }
  // Half of them deflated by an ordinary writer, which also checks nothing.
  const paths = new Set(entries.map(({ path }) => path))
  const ordinary = paths.size === entries.length && !paths.has('__proto__') && !paths.has('')
  return ordinary && entry.size === undefined && chance.below(2) === 0
    ? zipSync(Object.fromEntries(entries.map(({ path, data }) => [path, data])))
    : zipFile(entries)
}

function mutateContent({ path, data }: ZipEntryFields, chance: Chance): Uint8Array {
  if (path.endsWith('.json')) return strToU8(mutateJson(new TextDecoder().decode(data), chance))
  if (path.endsWith('.safetensors')) return mutateSafetensors(data, chance)
  return path.endsWith('.png') ? mutatePng(data, chance) : mutateBytes(data, chance)
}

// ---- PNG

interface Chunk {
  type: string
  data: Uint8Array
}

/** Writes a PNG of any chunks, with correct lengths and checksums. */
export function pngFile(chunks: readonly Chunk[]): Uint8Array {
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)
  return joinBytes([
    signature,
    ...chunks.map(({ type, data }) => {
      const bytes = new Uint8Array(data.length + 12)
      const view = new DataView(bytes.buffer)
      view.setUint32(0, data.length)
      for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
      bytes.set(data, 8)
      view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
      return bytes
    }),
  ])
}

/** Chunks of a valid PNG. */
export function pngChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ type, data: bytes.slice(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

const chunkTypes = [
  'IHDR',
  'IDAT',
  'IEND',
  'tEXt',
  'zTXt',
  'iTXt',
  'acTL',
  'PLTE',
  '\0\0\0\0',
] as const

/** Mutates chunks with correct checksums, declared sizes, or any byte. */
export const mutatePng: Mutate = (valid, chance) => {
  if (valid.length < 57 || chance.below(3) === 0) return mutateBytes(valid, chance)
  const chunks = pngChunks(valid)
  const chunk = chance.pick(chunks)
  switch (chance.below(6)) {
    case 0: {
      const size = new DataView(chunks[0].data.buffer, chunks[0].data.byteOffset)
      if (chunks[0].data.length >= 8) size.setUint32(chance.pick([0, 4]), chance.pick(extremes))
      break
    }
    case 1:
      chunk.type = chance.pick(chunkTypes)
      break
    case 2:
      chunks.splice(chance.below(chunks.length), 1)
      break
    case 3:
      chunks.splice(chance.below(chunks.length), 0, chunk)
      break
    default:
      chunk.data = mutateBytes(chunk.data, chance)
  }
  return pngFile(chunks)
}

// ---- gzip

/** Mutates the contents (with correct CRC), header flags, the checksum at the end, or any byte. */
export const mutateGzip: Mutate = (valid, chance) => {
  const { copy, view } = copyView(valid)
  if (copy.length < 18) return mutateBytes(valid, chance)
  switch (chance.below(4)) {
    case 0:
      copy[chance.pick([2, 3])] = chance.below(256)
      return copy
    case 1:
      view.setUint32(copy.length - chance.pick([4, 8]), chance.pick(extremes), true)
      return copy
    case 2:
      return gzipSync(mutateBytes(valid, chance))
    default:
      return mutateBytes(valid, chance)
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
