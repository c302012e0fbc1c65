// Making data sets of images: the same work in a browser and in Node, only that other code decodes.
import { writeImages } from '../engine/datasets/file.ts'
import type { Decode, ImportWork, SourceFile } from '../engine/datasets/import.ts'
import { ImportError, importImages } from '../engine/datasets/import.ts'
import type { ImportReport } from '../engine/protocol.ts'

/** The file of the data set, and what became of the images. Throws ImportError. */
export async function importDataset(work: ImportWork): Promise<{ bytes: Uint8Array; report: ImportReport }> {
  const { stored, report } = await importImages(work)
  return { bytes: writeImages(stored), report }
}

export const fileOfBlob = (path: string, blob: Blob): SourceFile => ({
  path,
  size: blob.size,
  read: async () => new Uint8Array(await blob.arrayBuffer()),
})

/** Photographs come upright, of animations the first frame. */
export const decodeInBrowser: Decode = async (bytes, mime) => {
  if (typeof OffscreenCanvas === 'undefined') throw new ImportError('This browser cannot draw in a worker. Take a newer one.')
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime })
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' })
  const { width, height } = bitmap
  const canvas = (height: number) => new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  return { width, height, rows: drawnRows(bitmap, width, canvas), close: () => bitmap.close() }
}

/** What it takes of a canvas. */
interface Context<I> {
  fillStyle: unknown
  fillRect(x: number, y: number, width: number, height: number): void
  drawImage(image: I, ...places: [number, number, number, number, number, number, number, number]): void
  getImageData(x: number, y: number, width: number, height: number): { data: ArrayLike<number> }
}

/** Rows of an image by drawing them over black; `canvasOf` makes a canvas as wide as the image. */
export function drawnRows<I>(image: I, width: number, canvasOf: (height: number) => Context<I>) {
  let made: { height: number; context: Context<I> } | undefined
  return (top: number, count: number): Uint8ClampedArray => {
    if (!made || made.height < count) made = { height: count, context: canvasOf(count) }
    const { context } = made
    context.fillStyle = '#000'
    context.fillRect(0, 0, width, count)
    context.drawImage(image, 0, top, width, count, 0, 0, width, count)
    return context.getImageData(0, 0, width, count).data as Uint8ClampedArray
  }
}
