// A data set from image files: which files, in which order, of which class, and what is said of those that are left out.
// Decoding is the host's: a browser and Node do it in their own ways.
import type { ImportOptions, ImportReport } from '../protocol.ts'
import type { StoredImages } from './file.ts'
import { MAX_NUMBERS } from './file.ts'
import { classesOfPaths } from './folders.ts'
import { isHeic, readHeader } from './formats.ts'
import { naturalOrder } from './order.ts'
import type { Picture } from './resize.ts'
import { resized } from './resize.ts'
import type { Zip } from './zip.ts'
import { openZip } from './zip.ts'

export interface SourceFile {
  /** With its folders. */
  path: string
  /** In bytes. */
  size: number
  read(): Promise<Uint8Array>
}

/** Decodes an image; throws if it cannot. `close` gives its memory back. */
export type Decode = (bytes: Uint8Array, mime: string) => Promise<Picture & { close(): void }>

/** Why no data set came of some files; the message is for people. */
export class ImportError extends Error {
  override name = 'ImportError'
}

export interface ImportWork {
  name: string
  files: readonly SourceFile[]
  options: ImportOptions
  decode: Decode
  /** How many of how many files have been looked at; at most some ten times a second. */
  onProgress?(done: number, total: number): void
}

const MAX_FILE = 256 * 2 ** 20
const MAX_ZIP = 2 ** 31
const MAX_FILES = 500_000
/** Decoded, one image takes four bytes a pixel. */
const MAX_PIXELS = 100_000_000
const MAX_SIDE = 1024
/** Images that are decoded at the same time. */
const AT_ONCE = 2
/** Milliseconds. */
const TELL_EVERY = 100
/** How many reasons an error names. */
const NAMED = 3

/**
 * Makes the data set. Items are in the natural order of their paths, those of ZIPs as if each were a folder. A class is the
 * innermost folder of an image. Throws ImportError if nothing comes of it.
 */
export async function importImages({ name, files, options, decode, onProgress }: ImportWork): Promise<{
  stored: StoredImages
  report: ImportReport
}> {
  checkOptions(options)
  const skipped: ImportReport['skipped'] = []
  const sources = await listed(files, skipped)
  const { width, height, channels } = options
  const length = width * height * channels
  if (sources.length * length > MAX_NUMBERS) throw tooMuch(sources.length, options)
  const images = new Uint8Array(sources.length * length)
  const paths: string[] = []
  for await (const { path, image, reason } of decoded(sources, options, decode, onProgress)) {
    if (image) images.set(image, length * (paths.push(path) - 1))
    else skipped.push({ path, reason })
  }
  if (paths.length === 0) throw nothing(skipped)
  const { kept, labels, classNames } = options.labels ? classesOf(paths, skipped) : everything(paths)
  skipped.sort((a, b) => naturalOrder(a.path, b.path))
  const classes = classNames?.map((name) => ({ name, count: 0 })) ?? []
  for (const label of labels ?? []) classes[label]!.count++
  return {
    stored: {
      name,
      images: itemsAt(images, length, kept),
      shape: [kept.length, height, width, channels],
      max: 255,
      ...(labels && { labels, classNames }),
    },
    report: { count: kept.length, classes, skipped },
  }
}

function checkOptions({ width, height, channels, position = [0.5, 0.5] }: ImportOptions) {
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE
  if (!fits(width) || !fits(height))
    throw new ImportError(`Images can be 1 to ${MAX_SIDE} pixels a side, not ${width} x ${height}.`)
  if (channels !== 1 && channels !== 3) throw new ImportError(`Images have 1 or 3 channels, not ${String(channels)}.`)
  if (!position.every((share) => share >= 0 && share <= 1))
    throw new ImportError(`A position is two numbers from 0 to 1, not ${position.join(', ')}.`)
}

const tooMuch = (count: number, { width, height, channels }: ImportOptions) =>
  new ImportError(
    `${count} images of ${width} x ${height} x ${channels} are ${Math.round((count * width * height * channels) / 1e6)} million numbers; ` +
      `${Math.floor(MAX_NUMBERS / 1e6)} million are the most. Make them smaller, or take fewer.`,
  )

function nothing(skipped: ImportReport['skipped']) {
  const reasons = skipped.slice(0, NAMED).map(({ path, reason }) => `${path}: ${reason}.`)
  const more = skipped.length > NAMED ? ` And ${skipped.length - NAMED} more.` : ''
  return new ImportError(['There is no image in it.', ...reasons].join(' ') + more)
}

// ---- which files

/** A file, or an entry of a ZIP. */
interface Source {
  path: string
  size: number
  read(): Promise<Uint8Array>
}

/** All files in their order, ZIPs opened; without those that systems leave behind. */
async function listed(files: readonly SourceFile[], skipped: ImportReport['skipped']): Promise<Source[]> {
  const sources: Source[] = []
  for (const file of files) {
    const path = cleaned(file.path)
    if (isHidden(path)) continue
    if (!/\.zip$/i.test(path)) sources.push({ ...file, path, read: () => file.read() })
    else await addZip({ ...file, path, read: () => file.read() }, sources, skipped)
    if (sources.length > MAX_FILES) throw new ImportError(`These are more than ${MAX_FILES} files. Take fewer.`)
  }
  return sources.sort((a, b) => naturalOrder(a.path, b.path))
}

async function addZip(file: SourceFile, sources: Source[], skipped: ImportReport['skipped']) {
  const zip = await opened(file)
  if (typeof zip === 'string') return void skipped.push({ path: file.path, reason: zip })
  const folder = file.path.replace(/\.zip$/i, '')
  const inside = zip.entries
    .map(({ path, size }) => ({ entry: path, path: `${folder}/${cleaned(path)}`, size }))
    .filter(({ path }) => !isHidden(path))
    .sort((a, b) => naturalOrder(a.path, b.path))
  zip.expect(inside.map(({ entry }) => entry))
  for (const { entry, path, size } of inside) sources.push({ path, size, read: async () => zip.read(entry) })
}

async function opened(file: SourceFile): Promise<Zip | string> {
  if (file.size > MAX_ZIP) return 'it is larger than 2 GiB'
  try {
    return openZip(await file.read())
  } catch {
    return 'it is not a ZIP, or is damaged'
  }
}

const cleaned = (path: string) => path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')

/** What systems leave in folders and ZIPs. */
const isHidden = (path: string) =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX') || /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(path)

// ---- decoding

type Outcome = { path: string } & ({ image: Uint8Array; reason?: undefined } | { image?: undefined; reason: string })

async function* decoded(
  sources: Source[],
  options: ImportOptions,
  decode: Decode,
  onProgress: ImportWork['onProgress'] = () => {},
): AsyncGenerator<Outcome> {
  let done = 0
  let told = -Infinity
  const tell = () => {
    if (done < sources.length && performance.now() - told < TELL_EVERY) return
    told = performance.now()
    onProgress(done, sources.length)
  }
  tell()
  for await (const outcome of inOrder(sources, AT_ONCE, (source) => imageOf(source, options, decode))) {
    done++
    tell()
    yield outcome
  }
}

async function imageOf(source: Source, options: ImportOptions, decode: Decode): Promise<Outcome> {
  const { path, size } = source
  const no = (reason: string): Outcome => ({ path, reason })
  if (size > MAX_FILE) return no('it is larger than 256 MiB')
  let bytes: Uint8Array
  try {
    bytes = await source.read()
  } catch {
    return no('it cannot be read')
  }
  const header = readHeader(bytes)
  if (!header) return no(isHeic(bytes) ? 'it is a HEIC photograph, which browsers cannot read: export it as JPEG' : UNKNOWN)
  if ((header.width ?? 1) * (header.height ?? 1) > MAX_PIXELS)
    return no(`it has ${header.width} x ${header.height} pixels, more than 100 million`)
  try {
    return { path, image: await sized(bytes, header.mime, options, decode) }
  } catch (error) {
    if (error instanceof ImportError) throw error
    return no(`it is broken, or no ${header.mime.replace('image/', '').toUpperCase()} that can be read here`)
  }
}

const UNKNOWN = 'it is no image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF)'

async function sized(bytes: Uint8Array, mime: string, options: ImportOptions, decode: Decode): Promise<Uint8Array> {
  const picture = await decode(bytes, mime)
  try {
    if (picture.width < 1 || picture.height < 1) throw new Error('It has no pixels.')
    return resized(picture, options)
  } finally {
    picture.close()
  }
}

/** The results of `work`, in the order of the items, never more than `atOnce` under way. */
async function* inOrder<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const pending: Promise<R>[] = []
  for (const item of items) {
    const result = work(item)
    // One that fails while another is waited for is told in its turn, or not at all.
    result.catch(() => {})
    pending.push(result)
    if (pending.length >= atOnce) yield await pending.shift()!
  }
  for (const last of pending) yield await last
}

// ---- classes

interface Classes {
  /** Which items stay. */
  kept: number[]
  labels?: Int32Array
  classNames?: string[]
}

const everything = (paths: string[]): Classes => ({ kept: paths.map((_, i) => i) })

/** Images beside the folders of the others have no class and are left out. */
function classesOf(paths: string[], skipped: ImportReport['skipped']): Classes {
  const classes = classesOfPaths(paths)
  if (classes.every((name) => name === undefined)) {
    throw new ImportError(
      'No image is in a folder, so there are no classes. Put the images of each class into a folder of its own, or import without classes.',
    )
  }
  const kept = paths.flatMap((path, i) => {
    if (classes[i] !== undefined) return [i]
    skipped.push({ path, reason: 'it is beside the folders of the classes, in none of them' })
    return []
  })
  const names = kept.map((i) => classes[i]!)
  const classNames = [...new Set(names)].sort(naturalOrder)
  const labelOf = new Map(classNames.map((name, label) => [name, label]))
  return { kept, classNames, labels: Int32Array.from(names, (name) => labelOf.get(name)!) }
}

function itemsAt(images: Uint8Array, length: number, kept: number[]): Uint8Array {
  // Items only move to the front.
  kept.forEach((from, to) => from !== to && images.copyWithin(to * length, from * length, (from + 1) * length))
  return images.slice(0, kept.length * length)
}
