// The images of an import before it runs: how many, in which folders, and how the first of them will look.
import type { ImageFile, ImportOptions } from '../../engine/protocol.ts'
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
    else if (await isZipFile(file)) listed.push(...(await inZip(file)))
    else if (!path.includes('/')) listed.push({ path, read: async () => file })
  }
  const order = new Intl.Collator('en', { numeric: true })
  return listed.sort((a, b) => order.compare(a.path, b.path))
}

const isZipFile = async (file: Blob) => isZip(new Uint8Array(await file.slice(0, 4).arrayBuffer()))

const inZip = async (zip: Blob): Promise<Candidate[]> =>
  (await entriesOfZip(zip))
    .filter(({ path }) => isImageName(path) && !path.split('/').some(isHidden))
    .map(({ path, unpack }) => ({ path, read: async () => new Blob([await unpack()]) }))

/** Innermost folders with the number of images in each, by name; what lies in no folder is not counted. */
export function foldersOf(paths: readonly string[]): { name: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const folder = path.split('/').at(-2)
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  const order = new Intl.Collator('en', { numeric: true })
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => order.compare(a.name, b.name))
}

type Shape = Pick<ImportOptions, 'width' | 'height' | 'channels' | 'fit'>

/** Draws an image as the import will make it, on a canvas of the size of the set. */
export function drawFitted(canvas: HTMLCanvasElement, image: ImageBitmap, { width, height, channels, fit }: Shape) {
  Object.assign(canvas, { width, height })
  const ctx = canvas.getContext('2d')!
  ctx.fillStyle = '#000'
  ctx.fillRect(0, 0, width, height)
  ctx.imageSmoothingQuality = 'high'
  ctx.filter = channels === 1 ? 'grayscale(1)' : 'none'
  ctx.drawImage(image, ...placeOf(image, { width, height, fit }))
}

/** [x, y, width, height] of the whole image in the frame; parts may lie outside of it. */
export function placeOf(
  image: { width: number; height: number },
  { width, height, fit }: Pick<Shape, 'width' | 'height' | 'fit'>,
): [number, number, number, number] {
  if (fit === 'stretch') return [0, 0, width, height]
  const scales = [width / image.width, height / image.height] as const
  const scale = fit === 'crop' ? Math.max(...scales) : Math.min(...scales)
  const [w, h] = [image.width * scale, image.height * scale]
  return [(width - w) / 2, (height - h) / 2, w, h]
}

/** Whether it has no colour, looked at from afar. */
export function looksGrey(image: ImageBitmap): boolean {
  const small = new OffscreenCanvas(16, 16).getContext('2d', { willReadFrequently: true })!
  small.drawImage(image, 0, 0, 16, 16)
  const { data } = small.getImageData(0, 0, 16, 16)
  for (let i = 0; i < data.length; i += 4) {
    if (Math.max(data[i]!, data[i + 1]!, data[i + 2]!) - Math.min(data[i]!, data[i + 1]!, data[i + 2]!) > 6) return false
  }
  return true
}
