// Images of an import before it runs: list, classes, and previews.
import { MessageError } from '../../engine/base/errors.ts'
import { pathClasses } from '../../engine/datasets/folders.ts'
import { readHeader } from '../../engine/datasets/formats.ts'
import { IMPORT_LIMITS } from '../../engine/datasets/import.ts'
import { naturalOrder } from '../../engine/datasets/order.ts'
import { placePicture, resizePicture, type Picture } from '../../engine/datasets/resize.ts'
import { datasetMessages } from '../../engine/messages/datasets.ts'
import type { ImportOptions } from '../../engine/protocol.ts'
import { toImageData } from '../ui/pixels.ts'
import { isHidden } from '../ui/pickFiles.ts'
import { isZip } from '../../engine/archive/signatures.ts'
import type { OpenedFile, OpenedImage } from '../storage/openedFile.ts'
import { isImageName } from './classify.ts'

/** An image file, possibly in a ZIP. */
export interface ImageSource {
  path: string
  read(): Promise<Blob>
}

/** Lists the images to import by name, including those in ZIPs. The engine checks the contents. */
export async function listImages(files: readonly OpenedImage[]): Promise<ImageSource[]> {
  const listed: ImageSource[] = []
  for (const { path, file } of files) {
    // Files are not opened: there may be very many. A single file was classified before.
    if (isImageName(path)) listed.push({ path, read: async () => file.source })
    else if (isZip(await file.head())) listed.push(...(await listZipImages(path, file)))
    else if (!path.includes('/')) listed.push({ path, read: async () => file.source })
  }
  return listed.sort((a, b) => naturalOrder(a.path, b.path))
}

/** Lists a ZIP like a folder of its name. */
const listZipImages = async (path: string, zip: OpenedFile): Promise<ImageSource[]> =>
  (await zip.zipEntries())
    .filter((entry) => isImageName(entry.path) && !entry.path.split('/').some(isHidden))
    .map((entry) => ({
      path: `${path.replace(/\.zip$/i, '')}/${entry.path}`,
      read: async () => new Blob([await entry.unpack()]),
    }))

export interface ClassFolder {
  name: string
  count: number
}

/** Counts the classes that the import derives from folders, and `loose` images without a class. */
export function countFolderClasses(paths: readonly string[]): {
  folders: ClassFolder[]
  loose: number
} {
  const counts = new Map<string, number>()
  let loose = 0
  for (const name of pathClasses(paths)) {
    if (name === undefined) loose++
    else counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const folders = [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => naturalOrder(a.name, b.name))
  return { folders, loose }
}

/** In pixels. Larger images are reduced for the preview, so that settings apply immediately. */
const MAX_PREVIEW_SIDE = 512

/** Bytes that contain the size of an image: photographs begin with a thumbnail. */
const HEADER_SIZE = 2 ** 18

/** Decodes an image for the preview. Throws if it is not an image, or too large for the import. */
export async function openPreview({ read }: ImageSource): Promise<Picture> {
  const file = await read()
  const start = new Uint8Array(await file.slice(0, HEADER_SIZE).arrayBuffer())
  const { width: w = 1, height: h = 1 } = readHeader(start) ?? {}
  if (w * h > IMPORT_LIMITS.pixels)
    throw new MessageError(datasetMessages.tooManyPixels({ width: w, height: h }))
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, MAX_PREVIEW_SIDE / Math.max(bitmap.width, bitmap.height))
  const { width, height } = scaleSize(bitmap, scale)
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!ctx) throw new TypeError('No 2D context')
  ctx.fillStyle = '#000' // Transparency is shown on black, as in the import.
  ctx.fillRect(0, 0, width, height)
  ctx.imageSmoothingQuality = 'high'
  ctx.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  return { width, height, rows: (top, count) => ctx.getImageData(0, top, width, count).data }
}

interface Size {
  width: number
  height: number
}

const scaleSize = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
})

/** Draws an image as the import will convert it, in the size of the data set. */
export function drawPreview(canvas: HTMLCanvasElement, picture: Picture, options: ImportOptions) {
  const { width, height, channels } = options
  Object.assign(canvas, { width, height })
  const image = toImageData(resizePicture(picture, options), 0, {
    width,
    height,
    channels,
    max: 255,
  })
  canvas.getContext('2d')?.putImageData(image, 0, 0)
}

/** Side of the square that an original is drawn in, in pixels. */
const ORIGINAL_SIDE = 160

/** Draws an entire image, dimming what the import will crop. */
export function drawOriginal(canvas: HTMLCanvasElement, picture: Picture, options: ImportOptions) {
  const scale = ORIGINAL_SIDE / Math.max(picture.width, picture.height)
  const { width, height } = scaleSize(picture, scale)
  Object.assign(canvas, { width: ORIGINAL_SIDE, height: ORIGINAL_SIDE })
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  const [left, top] = [
    Math.floor((ORIGINAL_SIDE - width) / 2),
    Math.floor((ORIGINAL_SIDE - height) / 2),
  ]
  const pixels = resizePicture(picture, { width, height, channels: 3, fit: 'stretch' })
  ctx.putImageData(toImageData(pixels, 0, { width, height, channels: 3, max: 255 }), left, top)
  const { x, y } = placePicture(picture, options).source
  ctx.fillStyle = '#000000b8'
  ctx.beginPath()
  ctx.rect(left, top, width, height)
  ctx.rect(left + x.start * scale, top + y.start * scale, x.length * scale, y.length * scale)
  ctx.fill('evenodd')
}

/** Largest difference between channels of a grey pixel: JPEG is not exact. */
const GREY_TOLERANCE = 6

export function isGrey({ width, height, rows }: Picture): boolean {
  const data = rows(0, height)
  // A sample of about 4096 pixels is enough.
  const step = 4 * Math.max(1, Math.floor((width * height) / 4096))
  for (let i = 0; i + 2 < data.length; i += step) {
    const colours = [data[i], data[i + 1], data[i + 2]]
    if (Math.max(...colours) - Math.min(...colours) > GREY_TOLERANCE) return false
  }
  return true
}
