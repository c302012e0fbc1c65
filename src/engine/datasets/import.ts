// Creates a data set from image files: selection, order, classes, and a report of skipped files.
// The host decodes images, because browsers and Node differ in that.
import { joinSentences, faultMessages } from '../messages/faults.ts'
import { type MessageText, textFields, getText, type Message } from '../base/catalogue.ts'
import { MessageError } from '../base/errors.ts'
import { ArchiveError } from '../archive/error.ts'
import type { Zip } from '../archive/zip.ts'
import { openZip } from '../archive/zip.ts'
import type { ImportOptions, ImportReport } from '../protocol.ts'
import type { CaptionTable } from './captions.ts'
import {
  captionPaths,
  isCaptionTable,
  MAX_CAPTION_TABLE,
  readCaptionTable,
  unusedLines,
} from './captions.ts'
import type { StoredImages } from './file.ts'
import { MAX_NUMBERS } from './file.ts'
import { pathClasses } from './folders.ts'
import { isHeic, readHeader } from './formats.ts'
import { naturalOrder } from './order.ts'
import type { Picture } from './resize.ts'
import { resizePicture } from './resize.ts'
import { datasetMessages } from '../messages/datasets.ts'

export interface SourceFile {
  /** Path including folders. */
  path: string
  /** Size in bytes. */
  size: number
  read(): Promise<Uint8Array>
}

/** Decodes an image; throws if it cannot. `close` frees its memory. */
export type Decode = (bytes: Uint8Array, mime: string) => Promise<Picture & { close(): void }>

/** Thrown if no data set can be created, with a message for users. */
export class ImportError extends MessageError {
  override name = 'ImportError'
}

export interface ImportWork {
  name: string
  files: readonly SourceFile[]
  options: ImportOptions
  decode: Decode
  /** Reports the number of processed files and of all files, at most about ten times per second. */
  onProgress?(done: number, total: number): void
}

/** Limits on untrusted images. SECURITY.md states them. */
export const IMPORT_LIMITS = {
  /** Bytes of an image file. */
  file: 256 * 2 ** 20,
  /** Bytes of a ZIP of images. */
  zip: 2 ** 31,
  /** Files in an import. */
  files: 500_000,
  /** Pixels of an image, which takes four bytes per pixel when decoded. */
  pixels: 100_000_000,
} as const
const MAX_SIDE = 1024
/** Number of images decoded concurrently. */
const AT_ONCE = 2
/** Interval of progress reports, in milliseconds. */
const TELL_EVERY = 100
/** Number of reasons in an error message. */
const NAMED = 3

/**
 * Creates the data set. Items are in natural order of their paths; a ZIP counts as a folder. The
 * class of an image is its innermost folder, its caption that of a table or its file name. Throws
 * ImportError if no image can be used.
 */
export async function importImages({
  name,
  files,
  options,
  decode,
  onProgress,
}: ImportWork): Promise<{
  stored: StoredImages
  report: ImportReport
}> {
  checkImportOptions(options)
  const skipped: ImportReport['skipped'] = []
  const listed = await listSources(files, skipped)
  const { sources, tables } = options.captions
    ? await takeTables(listed, skipped)
    : { sources: listed, tables: [] }
  const { width, height, channels } = options
  const length = width * height * channels
  if (sources.length * length > MAX_NUMBERS) throw tooMuch(sources.length, options)
  const images = new Uint8Array(sources.length * length)
  const paths: string[] = []
  for await (const { path, image, reason } of decoded(sources, options, decode, onProgress)) {
    if (image) images.set(image, length * (paths.push(path) - 1))
    else skipped.push({ path, ...textFields({ reason }) })
  }
  if (paths.length === 0) throw emptyError(skipped)
  const { kept, labels, classNames } = options.labels
    ? assignFolderClasses(paths, skipped)
    : keepAll(paths)
  const keptPaths = kept.map((i) => paths[i])
  const captions = options.captions ? captionPaths(keptPaths, tables) : undefined
  skipped.push(...unusedLines(keptPaths, tables))
  skipped.sort((a, b) => naturalOrder(a.path, b.path))
  const classes = classNames?.map((name) => ({ name, count: 0 })) ?? []
  for (const label of labels ?? []) classes[label].count++
  return {
    stored: {
      name,
      images: keepItems(images, length, kept),
      shape: [kept.length, height, width, channels],
      max: 255,
      ...(labels && { labels, classNames }),
      ...(captions && { captions }),
    },
    report: {
      count: kept.length,
      classes,
      ...(captions && { captions: captions.filter((text) => text !== '').length }),
      skipped,
    },
  }
}

function checkImportOptions({ width, height, channels, position = [0.5, 0.5] }: ImportOptions) {
  const fits = (side: number) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE
  if (!fits(width) || !fits(height))
    throw new ImportError(datasetMessages.importSize({ most: MAX_SIDE, width, height }))
  if (channels !== 1 && channels !== 3)
    throw new ImportError(datasetMessages.importChannels({ channels: String(channels) }))
  if (!position.every((share) => share >= 0 && share <= 1))
    throw new ImportError(datasetMessages.cropPosition({ position: position.join(', ') }))
}

const tooMuch = (count: number, { width, height, channels }: ImportOptions) =>
  new ImportError(
    datasetMessages.importValues({
      count,
      width,
      height,
      channels,
      millions: Math.round((count * width * height * channels) / 1e6),
      most: Math.floor(MAX_NUMBERS / 1e6),
    }),
  )

function emptyError(skipped: ImportReport['skipped']) {
  const reasons = skipped
    .slice(0, NAMED)
    .map((each) => faultMessages.atStop({ place: each.path, problem: getText(each, 'reason') }))
  const more =
    skipped.length > NAMED ? [datasetMessages.andMore({ count: skipped.length - NAMED })] : []
  return new ImportError(joinSentences(datasetMessages.empty(), ...reasons, ...more))
}

// ---- which files

/** A file, or an entry of a ZIP. */
interface Source {
  path: string
  size: number
  read(): Promise<Uint8Array>
}

/** Lists all files in order, with the contents of ZIPs, without system files. */
async function listSources(
  files: readonly SourceFile[],
  skipped: ImportReport['skipped'],
): Promise<Source[]> {
  const sources: Source[] = []
  for (const file of files) {
    const path = cleanPath(file.path)
    if (isSystemFile(path)) continue
    if (!/\.zip$/i.test(path)) sources.push({ ...file, path, read: () => file.read() })
    else await addZip({ ...file, path, read: () => file.read() }, sources, skipped)
    if (sources.length > IMPORT_LIMITS.files)
      throw new ImportError(datasetMessages.tooManyFiles({ most: IMPORT_LIMITS.files }))
  }
  return sources.sort((a, b) => naturalOrder(a.path, b.path))
}

async function addZip(file: SourceFile, sources: Source[], skipped: ImportReport['skipped']) {
  const zip = await openArchive(file)
  if ('text' in zip) return void skipped.push({ path: file.path, ...textFields({ reason: zip }) })
  const folder = file.path.replace(/\.zip$/i, '')
  for (const { path: entry, size } of zip.entries.values()) {
    const path = `${folder}/${cleanPath(entry)}`
    if (!isSystemFile(path))
      sources.push({ path, size, read: async () => zip.read(entry, IMPORT_LIMITS.file) })
  }
}

async function openArchive(file: SourceFile): Promise<Zip | Message> {
  if (file.size > IMPORT_LIMITS.zip) return datasetMessages.zipTooLarge()
  try {
    return openZip(await file.read(), IMPORT_LIMITS.files)
  } catch {
    return datasetMessages.notAZip()
  }
}

const cleanPath = (path: string) => path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')

/** Matches files that operating systems add to folders and ZIPs. */
const isSystemFile = (path: string) =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX') ||
  /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(path)

/** Separates tables of captions from images. */
async function takeTables(
  listed: readonly Source[],
  skipped: ImportReport['skipped'],
): Promise<{ sources: Source[]; tables: CaptionTable[] }> {
  const tables: CaptionTable[] = []
  for (const source of listed.filter(({ path }) => isCaptionTable(path))) {
    const table = await openCaptionTable(source)
    if ('captions' in table) tables.push(table)
    else skipped.push({ path: source.path, ...textFields({ reason: table }) })
  }
  return { sources: listed.filter(({ path }) => !isCaptionTable(path)), tables }
}

async function openCaptionTable({ path, size, read }: Source): Promise<CaptionTable | Message> {
  if (size > MAX_CAPTION_TABLE) return datasetMessages.captionsTooLong()
  try {
    return readCaptionTable(path, new TextDecoder().decode(await read()))
  } catch {
    return datasetMessages.unreadable()
  }
}

// ---- decoding

type Outcome = { path: string } & (
  | { image: Uint8Array; reason?: undefined }
  | { image?: undefined; reason: MessageText }
)

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
  for await (const outcome of mapConcurrently(sources, AT_ONCE, (source) =>
    readImage(source, options, decode),
  )) {
    done++
    tell()
    yield outcome
  }
}

async function readImage(source: Source, options: ImportOptions, decode: Decode): Promise<Outcome> {
  const { path, size } = source
  const no = (reason: MessageText): Outcome => ({ path, reason })
  if (size > IMPORT_LIMITS.file) return no(datasetMessages.imageTooLarge())
  let bytes: Uint8Array
  try {
    bytes = await source.read()
  } catch (error) {
    return no(
      error instanceof ArchiveError ? datasetMessages.damagedInZip() : datasetMessages.unreadable(),
    )
  }
  const header = readHeader(bytes)
  if (!header) return no(isHeic(bytes) ? datasetMessages.heic() : UNKNOWN)
  const { width = 1, height = 1 } = header
  if (width * height > IMPORT_LIMITS.pixels)
    return no(datasetMessages.tooManyPixels({ width, height }))
  try {
    return { path, image: await sized(bytes, header.mime, options, decode) }
  } catch (error) {
    if (error instanceof ImportError) throw error
    return no(datasetMessages.broken({ format: header.mime.replace('image/', '').toUpperCase() }))
  }
}

const UNKNOWN = datasetMessages.notAnImage()

async function sized(
  bytes: Uint8Array,
  mime: string,
  options: ImportOptions,
  decode: Decode,
): Promise<Uint8Array> {
  const picture = await decode(bytes, mime)
  try {
    if (picture.width < 1 || picture.height < 1) throw new MessageError(datasetMessages.noPixels())
    return resizePicture(picture, options)
  } finally {
    picture.close()
  }
}

/** Yields the results of `work` in order, with at most `atOnce` running concurrently. */
async function* mapConcurrently<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = []
  for (const item of items) {
    const result = work(item)
    // Avoids an unhandled rejection; the error is reported when its turn comes.
    result.catch(() => {})
    pending.push(result)
    if (pending.length >= atOnce) yield await pending.shift()!
  }
  for (const last of pending) yield await last
}

// ---- classes

interface Classes {
  /** Indices of the items that remain. */
  kept: number[]
  labels?: Int32Array
  classNames?: string[]
}

const keepAll = (paths: string[]): Classes => ({ kept: paths.map((_, i) => i) })

/** Assigns classes. Images next to the class folders have none and are skipped. */
function assignFolderClasses(paths: string[], skipped: ImportReport['skipped']): Classes {
  const classes = pathClasses(paths)
  if (classes.every((name) => name === undefined)) {
    throw new ImportError(datasetMessages.noFolders())
  }
  const kept = paths.flatMap((path, i) => {
    if (classes[i] !== undefined) return [i]
    skipped.push({ path, ...textFields({ reason: datasetMessages.outsideFolders() }) })
    return []
  })
  const names = kept.map((i) => classes[i]!)
  const classNames = [...new Set(names)].sort(naturalOrder)
  const labelByName = new Map(classNames.map((name, label) => [name, label]))
  return { kept, classNames, labels: Int32Array.from(names, (name) => labelByName.get(name)!) }
}

function keepItems(images: Uint8Array, length: number, kept: number[]): Uint8Array {
  // In place: items only move forward.
  kept.forEach(
    (from, to) => from !== to && images.copyWithin(to * length, from * length, (from + 1) * length),
  )
  return images.slice(0, kept.length * length)
}
