// Opening of image files in the viewer: outputs of a run, or stored files.
import { removeAlpha } from '../../engine/images/pixels.ts'
import type { ImagesView } from '../../engine/base/view.ts'
import { formatError } from '../ui/reason.ts'
import { showToast } from '../ui/state.ts'
import type { PictureSource } from './sources.ts'
import { shownViewer } from './state.ts'

export interface PictureFile {
  title: string
  image: Blob
  /** Workflow that produced it, if known. It is embedded in exported files. */
  workflow?: string
}

/** Opens the picture with index `show`; the others are offered for comparison. */
export async function openPictures(pictures: readonly PictureFile[], show: number) {
  try {
    const sources = await Promise.all(pictures.map(fileSource))
    shownViewer.value = { sources: () => sources, show: String(show) }
  } catch (error) {
    showToast(pictures[show].title, { text: formatError(error), error: true })
  }
}

async function fileSource(
  { title, image, workflow }: PictureFile,
  index: number,
): Promise<PictureSource> {
  const view = await imageView(image, title)
  return { key: String(index), title, view: () => view, workflow: () => workflow }
}

/** Decodes an image into an RGB view. Throws if it is not an image. */
async function imageView(image: Blob, name: string): Promise<ImagesView> {
  const bitmap = await createImageBitmap(image)
  const { width, height } = bitmap
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!ctx) throw new TypeError('No 2D context')
  ctx.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = ctx.getImageData(0, 0, width, height)
  return {
    kind: 'images',
    groups: [{ name, width, height, channels: 3, count: 1, pixels: removeAlpha(data) }],
    columns: 0,
  }
}
