// Classification of dropped files by their contents.
import { isZip } from '../../engine/archive/signatures.ts'
import { isPng } from '../../workflow/index.ts'
import { texts } from '../texts/texts.ts'
import { isHidden, type DroppedFile } from '../ui/pickFiles.ts'
import { formatError } from '../ui/reason.ts'
import { OpenedFile, type OpenedImage } from '../storage/openedFile.ts'

export type DroppedItem =
  | { kind: 'workflow'; name: string; text: string }
  | { kind: 'checkpoint'; name: string; file: OpenedFile }
  /** Paths are relative to the folder of the checkpoint. */
  | { kind: 'checkpointFolder'; name: string; files: DroppedFile[] }
  | { kind: 'dataset'; name: string; file: OpenedFile }
  /** Points as comma-separated values. */
  | { kind: 'points'; name: string; file: OpenedFile }
  /** Workflow with its files. */
  | { kind: 'bundle'; name: string; file: OpenedFile }
  | { kind: 'backup'; name: string; file: OpenedFile }
  | { kind: 'images'; name: string; files: OpenedImage[] }
  | { kind: 'unknown'; name: string; reason: string }

/** In bytes. Larger files are not read, except for images, which the engine reads one at a time. */
const MAX_FILE_SIZE = 2e9

/** Classifies dropped files. Files that belong together form one item, and all images one set. */
export async function classifyFiles(dropped: readonly DroppedFile[]): Promise<DroppedItem[]> {
  const items: DroppedItem[] = []
  for (const [folder, files] of groupByFolder(dropped)) {
    if (folder !== undefined) items.push(...(await classifyFolder(folder, files)))
    else
      for (const { file } of files) items.push(await classifyFile(file.name, new OpenedFile(file)))
  }
  return Promise.all(mergeImages(items).map(extractWorkflow))
}

/** Groups files by their top folder; single files are under undefined. */
function groupByFolder(dropped: readonly DroppedFile[]): Map<string | undefined, DroppedFile[]> {
  const groups = new Map<string | undefined, DroppedFile[]>()
  for (const one of dropped) {
    const folder = one.path.includes('/') ? one.path.slice(0, one.path.indexOf('/')) : undefined
    const group = groups.get(folder)
    if (group) group.push(one)
    else groups.set(folder, [one])
  }
  return groups
}

async function classifyFolder(
  folder: string,
  files: readonly DroppedFile[],
): Promise<DroppedItem[]> {
  const root = checkpointRoot(files.map(({ path }) => path))
  if (root !== undefined) {
    const inside = files
      .filter(({ path }) => path.startsWith(root))
      .map(({ path, file }) => ({ path: path.slice(root.length), file }))
    return [{ kind: 'checkpointFolder', name: root.split('/').at(-2) ?? folder, files: inside }]
  }
  // A folder may contain very many images, so names are trusted. The import reports invalid files.
  if (files.some(({ path }) => isImageName(path))) {
    const images = files.map(({ path, file }) => ({ path, file: new OpenedFile(file) }))
    return [{ kind: 'images', name: folder, files: images }]
  }
  const items = await Promise.all(
    files.slice(0, 50).map(({ file }) => classifyFile(file.name, new OpenedFile(file))),
  )
  const known = items.filter(({ kind }) => kind !== 'unknown')
  return known.length
    ? known
    : [{ kind: 'unknown', name: folder, reason: texts.files.nothingInFolder }]
}

/** Files at the top of a pipeline. Those that no pipeline of diffusers runs have no model_index. */
const PIPELINE_FILES = [
  'model_index.json',
  'litegraph_diffusion.json',
  'scheduler/scheduler_config.json',
]

/** Returns the folder of a diffusers pipeline or model, with a trailing slash; '' at the top. */
export function checkpointRoot(paths: readonly string[]): string | undefined {
  const known = new Set(paths)
  const findRoots = (name: string) =>
    paths
      .filter((path) => path === name || path.endsWith(`/${name}`))
      .map((path) => path.slice(0, path.length - name.length))
      .sort((a, b) => a.length - b.length)
  const [pipeline] = PIPELINE_FILES.flatMap(findRoots).sort((a, b) => a.length - b.length)
  if (pipeline !== undefined) return pipeline
  const model = findRoots('config.json').find((root) =>
    [...known].some(
      (path) => path.startsWith(root) && /^[^/]+\.(safetensors|bin)$/.test(path.slice(root.length)),
    ),
  )
  // A scheduler alone is no model; reading it reports what is missing.
  return model ?? findRoots('scheduler_config.json')[0]
}

export const isImageName = (path: string) => /\.(png|jpe?g|webp|gif|bmp|avif|tiff?)$/i.test(path)

async function classifyFile(name: string, file: OpenedFile): Promise<DroppedItem> {
  const unknown = (reason: string): DroppedItem => ({ kind: 'unknown', name, reason })
  try {
    const head = await file.head()
    if (isImageHead(head))
      return { kind: 'images', name: removeExtension(name), files: [{ path: name, file }] }
    if (isZip(head)) return await classifyZip(name, file)
    if (file.size > MAX_FILE_SIZE) return unknown(texts.files.tooLarge)
    if (isSafetensors(head, file.size)) return await classifySafetensors(name, file)
    if (head.includes(0)) return unknown(texts.files.unsupported)
    if (/\.(csv|tsv)$/i.test(name)) return { kind: 'points', name, file }
    return { kind: 'workflow', name, text: await file.text() }
  } catch (error) {
    return unknown(formatError(error))
  }
}

async function classifyZip(name: string, file: OpenedFile): Promise<DroppedItem> {
  const paths = (await file.zipEntries())
    .map(({ path }) => path)
    .filter((path) => !path.split('/').some(isHidden))
  if (paths.includes('library.json')) return { kind: 'backup', name, file }
  if (paths.includes('workflow.json')) return { kind: 'bundle', name, file }
  if (checkpointRoot(paths) !== undefined) return { kind: 'checkpoint', name, file }
  if (paths.some(isImageName)) {
    // The engine recognizes ZIPs by their names.
    const path = /\.zip$/i.test(name) ? name : `${name}.zip`
    return { kind: 'images', name: removeExtension(name), files: [{ path, file }] }
  }
  return { kind: 'unknown', name, reason: texts.files.nothingInZip }
}

/** Classifies files with `images` or `points` as data sets, and others as weights. */
async function classifySafetensors(name: string, file: OpenedFile): Promise<DroppedItem> {
  const names = await file.tensorNames()
  const isDataset = names.includes('images') || names.includes('points')
  return { kind: isDataset ? 'dataset' : 'checkpoint', name, file }
}

const headerSize = (head: Uint8Array) =>
  Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true))

const isSafetensors = (head: Uint8Array, size: number) =>
  head.length > 8 && head[8] === 0x7b && headerSize(head) >= 2 && headerSize(head) <= size - 8

const signatures: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x42, 0x4d], // BMP
]
const asciiText = (head: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...head.subarray(from, to))

const isImageHead = (head: Uint8Array): boolean =>
  isPng(head) ||
  (signatures.some((start) => start.every((byte, i) => head[i] === byte)) && head.includes(0)) ||
  (asciiText(head, 0, 4) === 'RIFF' && asciiText(head, 8, 12) === 'WEBP') ||
  asciiText(head, 4, 12) === 'ftypavif'

function mergeImages(items: readonly DroppedItem[]): DroppedItem[] {
  const images = items.filter((item) => item.kind === 'images')
  if (images.length < 2) return [...items]
  const merged: DroppedItem = {
    kind: 'images',
    name: texts.dataset.untitled,
    files: images.flatMap(({ files }) => files),
  }
  return [...items.filter((item) => item.kind !== 'images'), merged]
}

/** Replaces a single PNG with an embedded workflow by that workflow. */
async function extractWorkflow(item: DroppedItem): Promise<DroppedItem> {
  if (item.kind !== 'images' || item.files.length !== 1) return item
  const { file, path } = item.files[0]
  if (file.size >= MAX_FILE_SIZE || !isPng(await file.head())) return item
  try {
    const text = await file.pngWorkflow()
    // An image without a workflow is for the import.
    return text === undefined ? item : { kind: 'workflow', name: path, text }
  } catch (error) {
    return { kind: 'unknown', name: path, reason: formatError(error) }
  }
}

const removeExtension = (name: string) => name.replace(/\.\w+$/, '')
