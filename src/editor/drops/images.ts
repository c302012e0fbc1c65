// The images of an import before it runs: how many, of which classes, and how the first of them will look.
import { classesOfPaths } from '../../engine/datasets/folders.ts'
import { naturalOrder } from '../../engine/datasets/order.ts'
import { placed, resized, type Picture } from '../../engine/datasets/resize.ts'
import type { ImageFile, ImportOptions } from '../../engine/protocol.ts'
import { imageOf } from '../pixels.ts'
import { isHidden } from './gather.ts'
import { isImageName } from './kinds.ts'
import { entriesOfZip, isZip } from './zip.ts'

/** An image that may still be packed. */
export interface Candidate {
  path: string
  read(): Promise<Blob>
}

/** What is to be imported, ZIPs listed. Names must do here; the engine looks at what is in them. */
export async function candidatesOf(files: readonly ImageFile[]): Promise<Candidate[]> {
  const listed: Candidate[] = []
  for (const { path, file } of files) {
    // What is called an image is not opened to see: there may be very many. What came alone was looked at already.
    if (isImageName(path)) listed.push({ path, read: async () => file })
    else if (await isZipFile(file)) listed.push(...(await inZip(path, file)))
    else if (!path.includes('/')) listed.push({ path, read: async () => file })
  }
  return listed.sort((a, b) => naturalOrder(a.path, b.path))
}

const isZipFile = async (file: Blob) => isZip(new Uint8Array(await file.slice(0, 4).arrayBuffer()))

/** A ZIP is like a folder of its name. */
const inZip = async (path: string, zip: Blob): Promise<Candidate[]> =>
  (await entriesOfZip(zip))
    .filter((entry) => isImageName(entry.path) && !entry.path.split('/').some(isHidden))
    .map((entry) => ({
      path: `${path.replace(/\.zip$/i, '')}/${entry.path}`,
      read: async () => new Blob([await entry.unpack()]),
    }))

export interface Folder {
  name: string
  count: number
}

/** The classes that the import will make of folders. `loose` are images beside these folders, which have no class. */
export function foldersOf(paths: readonly string[]): { folders: Folder[]; loose: number } {
  const counts = new Map<string, number>()
  let loose = 0
  for (const name of classesOfPaths(paths)) {
    if (name === undefined) loose++
    else counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const folders = [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => naturalOrder(a.name, b.name))
  return { folders, loose }
}

// ---- previews

/** Larger images are shrunk before they are looked at, so that settings answer at once; in pixels a side. */
const LARGEST_PREVIEW = 512

/** An image to look at before it is imported. Throws if it is none. */
export async function openPreview({ read }: Candidate): Promise<Picture> {
  const whole = await createImageBitmap(await read())
  const scale = Math.min(1, LARGEST_PREVIEW / Math.max(whole.width, whole.height))
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number]
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  ctx.fillStyle = '#000' // what is transparent is over black
  ctx.fillRect(0, 0, width, height)
  ctx.imageSmoothingQuality = 'high'
  ctx.drawImage(whole, 0, 0, width, height)
  whole.close()
  return { width, height, rows: (top, count) => ctx.getImageData(0, top, width, count).data }
}

/** Draws an image as the import will make it, on a canvas of the size of the set. */
export function drawPreview(canvas: HTMLCanvasElement, picture: Picture, options: ImportOptions) {
  const { width, height, channels } = options
  Object.assign(canvas, { width, height })
  canvas.getContext('2d')!.putImageData(imageOf(resized(picture, options), 0, { width, height, channels, max: 255 }), 0, 0)
}

/** A side of the square that an original is drawn in, in pixels. */
const ORIGINAL = 160

/** Draws an image as it is, whole, with what the import will cut off dimmed. */
export function drawOriginal(canvas: HTMLCanvasElement, picture: Picture, options: ImportOptions) {
  const scale = ORIGINAL / Math.max(picture.width, picture.height)
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number]
  Object.assign(canvas, { width: ORIGINAL, height: ORIGINAL })
  const ctx = canvas.getContext('2d')!
  const [left, top] = [Math.floor((ORIGINAL - width) / 2), Math.floor((ORIGINAL - height) / 2)]
  const whole = resized(picture, { width, height, channels: 3, fit: 'stretch' })
  ctx.putImageData(imageOf(whole, 0, { width, height, channels: 3, max: 255 }), left, top)
  const { x, y } = placed(picture, options).source
  ctx.fillStyle = '#000000b8'
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.rect(left + x.start * scale, top + y.start * scale, x.length * scale, y.length * scale)
  ctx.fill('evenodd')
}

/** Two channels of a grey pixel may differ by so much: JPEG is not exact. */
const GREY = 6

export function looksGrey({ width, height, rows }: Picture): boolean {
  const data = rows(0, height)
  // Every so many pixels is enough.
  const step = 4 * Math.max(1, Math.floor((width * height) / 4096))
  for (let i = 0; i + 2 < data.length; i += step) {
    const colours = [data[i]!, data[i + 1]!, data[i + 2]!]
    if (Math.max(...colours) - Math.min(...colours) > GREY) return false
  }
  return true
}
