// What files are: by what is in them, since names say little.
import { messageOf } from '../../engine/plan/fault.ts'
import type { ImageFile } from '../../engine/protocol.ts'
import { isPng, workflowOfPng } from '../../nodes/workflow.ts'
import { texts } from '../texts.ts'
import { isHidden, type Dropped } from './gather.ts'
import { entriesOfZip, isZip } from './zip.ts'

export type Find =
  | { kind: 'workflow'; name: string; text: string }
  /** `bytes` of a file, or of the folder that it comes as; paths then begin in it. */
  | { kind: 'checkpoint'; name: string; file: File }
  | { kind: 'checkpointFolder'; name: string; files: Dropped[] }
  | { kind: 'dataset'; name: string; file: File }
  /** A workflow with its files. */
  | { kind: 'bundle'; name: string; file: File }
  /** All that a browser kept. */
  | { kind: 'library'; name: string; file: File }
  | { kind: 'images'; name: string; files: ImageFile[] }
  | { kind: 'unknown'; name: string; reason: string }

/** Above this a file is not even read, in bytes; images are read by the engine, one after the other. */
const LARGEST = 2e9

/** What was dropped, with what belongs together as one. All images become one set. */
export async function sortOut(dropped: readonly Dropped[]): Promise<Find[]> {
  const finds: Find[] = []
  for (const [folder, files] of byFolder(dropped)) {
    if (folder !== undefined) finds.push(...(await kindsInFolder(folder, files)))
    else for (const { file } of files) finds.push(await kindOf(file))
  }
  return Promise.all(joinImages(finds).map(orItsWorkflow))
}

/** By the folder that was dropped; what was dropped by itself is under undefined. */
function byFolder(dropped: readonly Dropped[]): Map<string | undefined, Dropped[]> {
  const groups = new Map<string | undefined, Dropped[]>()
  for (const one of dropped) {
    const folder = one.path.includes('/') ? one.path.slice(0, one.path.indexOf('/')) : undefined
    const group = groups.get(folder)
    if (group) group.push(one)
    else groups.set(folder, [one])
  }
  return groups
}

// ---- folders

async function kindsInFolder(folder: string, files: readonly Dropped[]): Promise<Find[]> {
  const root = checkpointRoot(files.map(({ path }) => path))
  if (root !== undefined) {
    const inside = files
      .filter(({ path }) => path.startsWith(root))
      .map(({ path, file }) => ({ path: path.slice(root.length), file }))
    return [{ kind: 'checkpointFolder', name: root.split('/').at(-2) ?? folder, files: inside }]
  }
  // A folder can hold very many: here the name must do, and what is none after all the import tells.
  if (files.some(({ path }) => isImageName(path))) {
    return [{ kind: 'images', name: folder, files: files.map(({ path, file }) => ({ path, file })) }]
  }
  const finds = await Promise.all(files.slice(0, 50).map(({ file }) => kindOf(file)))
  const known = finds.filter(({ kind }) => kind !== 'unknown')
  return known.length ? known : [{ kind: 'unknown', name: folder, reason: texts.files.nothingInFolder }]
}

/** The folder of a pipeline or a model of diffusers among these, with a slash at its end; '' where paths begin in it. */
export function checkpointRoot(paths: readonly string[]): string | undefined {
  const known = new Set(paths)
  const rootsOf = (name: string) =>
    paths
      .filter((path) => path === name || path.endsWith(`/${name}`))
      .map((path) => path.slice(0, path.length - name.length))
      .sort((a, b) => a.length - b.length)
  const [pipeline] = rootsOf('model_index.json')
  if (pipeline !== undefined) return pipeline
  return rootsOf('config.json').find((root) =>
    [...known].some((path) => path.startsWith(root) && /^[^/]+\.(safetensors|bin)$/.test(path.slice(root.length))),
  )
}

export const isImageName = (path: string) => /\.(png|jpe?g|webp|gif|bmp|avif|tiff?)$/i.test(path)

// ---- single files

async function kindOf(file: File): Promise<Find> {
  const { name } = file
  const unknown = (reason: string): Find => ({ kind: 'unknown', name, reason })
  try {
    const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer())
    if (isImage(head)) return { kind: 'images', name: withoutEnding(name), files: [{ path: name, file }] }
    if (isZip(head)) return await kindOfZip(file)
    if (file.size > LARGEST) return unknown(texts.files.tooLarge)
    if (isSafetensors(head, file.size)) return await kindOfSafetensors(file, head)
    if (head.includes(0)) return unknown(texts.files.notKnown)
    return { kind: 'workflow', name, text: await file.text() }
  } catch (error) {
    return unknown(messageOf(error))
  }
}

async function kindOfZip(file: File): Promise<Find> {
  const { name } = file
  const paths = (await entriesOfZip(file)).map(({ path }) => path).filter((path) => !path.split('/').some(isHidden))
  if (paths.includes('library.json')) return { kind: 'library', name, file }
  if (paths.includes('workflow.json')) return { kind: 'bundle', name, file }
  if (checkpointRoot(paths) !== undefined) return { kind: 'checkpoint', name, file }
  if (paths.some(isImageName)) {
    // The engine knows ZIPs by their names.
    const path = /\.zip$/i.test(name) ? name : `${name}.zip`
    return { kind: 'images', name: withoutEnding(name), files: [{ path, file }] }
  }
  return { kind: 'unknown', name, reason: texts.files.nothingInZip }
}

/** A data set has `images` in its header; anything else would be weights. */
async function kindOfSafetensors(file: File, head: Uint8Array): Promise<Find> {
  const { name } = file
  const size = headerSize(head)
  const header = JSON.parse(await file.slice(8, 8 + size).text()) as Record<string, unknown>
  return 'images' in header ? { kind: 'dataset', name, file } : { kind: 'checkpoint', name, file }
}

const headerSize = (head: Uint8Array) => Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true))

const isSafetensors = (head: Uint8Array, size: number) =>
  head.length > 8 && head[8] === 0x7b && headerSize(head) >= 2 && headerSize(head) <= size - 8

const starts: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff], // JPEG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x42, 0x4d], // BMP
]
const letters = (head: Uint8Array, from: number, to: number) => String.fromCharCode(...head.subarray(from, to))

const isImage = (head: Uint8Array): boolean =>
  isPng(head) ||
  (starts.some((start) => start.every((byte, i) => head[i] === byte)) && head.includes(0)) ||
  (letters(head, 0, 4) === 'RIFF' && letters(head, 8, 12) === 'WEBP') ||
  letters(head, 4, 12) === 'ftypavif'

// ---- images

function joinImages(finds: readonly Find[]): Find[] {
  const images = finds.filter((find) => find.kind === 'images')
  if (images.length < 2) return [...finds]
  const joined: Find = {
    kind: 'images',
    name: texts.dataset.untitled,
    files: images.flatMap(({ files }) => files),
  }
  return [...finds.filter((find) => find.kind !== 'images'), joined]
}

/** One PNG by itself that has a workflow inside is that workflow. */
async function orItsWorkflow(find: Find): Promise<Find> {
  if (find.kind !== 'images' || find.files.length !== 1) return find
  const { file, path } = find.files[0]!
  const bytes = file.size < LARGEST ? new Uint8Array(await file.slice(0, 8).arrayBuffer()) : new Uint8Array()
  if (!isPng(bytes)) return find
  try {
    return { kind: 'workflow', name: path, text: workflowOfPng(new Uint8Array(await file.arrayBuffer())) }
  } catch {
    return find
  }
}

const withoutEnding = (name: string) => name.replace(/\.\w+$/, '')
