// Imports images as a data set. The browser and Node differ only in the decoder.
import { writeImages } from '../engine/datasets/file.ts'
import type { Decode, ImportWork, SourceFile } from '../engine/datasets/import.ts'
import { ImportError, importImages } from '../engine/datasets/import.ts'
import type { ImportReport } from '../engine/protocol.ts'
import { hostMessages } from '../messages/host.ts'

/**
 * Returns the file of the data set and a report on its images.
 * @throws ImportError
 */
export async function importDataset(
  work: ImportWork,
): Promise<{ bytes: Uint8Array; report: ImportReport }> {
  const { stored, report } = await importImages(work)
  return { bytes: writeImages(stored), report }
}

export const blobSource = (path: string, blob: Blob): SourceFile => ({
  path,
  size: blob.size,
  read: async () => new Uint8Array(await blob.arrayBuffer()),
})

/** Applies the EXIF orientation of photographs. Of an animation, decodes the first frame. */
export const decodeInBrowser: Decode = async (bytes, mime) => {
  if (typeof OffscreenCanvas === 'undefined') throw new ImportError(hostMessages.noCanvas())
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime })
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' })
  const { width, height } = bitmap
  const canvas = (height: number) =>
    new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  return {
    width,
    height,
    rows: createRowReader(bitmap, width, canvas),
    close: () => bitmap.close(),
  }
}

/** The part of a canvas context that the row reader uses. */
interface RowContext<I> {
  fillStyle: unknown
  fillRect(x: number, y: number, width: number, height: number): void
  drawImage(
    image: I,
    ...places: [number, number, number, number, number, number, number, number]
  ): void
  getImageData(x: number, y: number, width: number, height: number): { data: ArrayLike<number> }
}

/**
 * Reads rows of an image by drawing them over black. `createContext` makes a canvas of the image's
 * width.
 */
export function createRowReader<I>(
  image: I,
  width: number,
  createContext: (height: number) => RowContext<I>,
) {
  let scratch: { height: number; context: RowContext<I> } | undefined
  return (top: number, count: number): Uint8ClampedArray => {
    if (!scratch || scratch.height < count)
      scratch = { height: count, context: createContext(count) }
    const { context } = scratch
    context.fillStyle = '#000'
    context.fillRect(0, 0, width, count)
    context.drawImage(image, 0, top, width, count, 0, 0, width, count)
    return context.getImageData(0, 0, width, count).data as Uint8ClampedArray
  }
}
