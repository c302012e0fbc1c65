// Pictures that are files, in the viewer: what a run made, or kept.
import { withoutAlpha } from '../../engine/pictures.ts'
import type { ImagesView } from '../../engine/plan/view.ts'
import { reasonOf } from '../drops/reason.ts'
import * as state from '../state.ts'
import type { Source } from './sources.ts'

export interface PictureFile {
  title: string
  image: Blob
  /** What it came of, if it is known: it goes into what is saved of it. */
  workflow?: string
}

/** Opens the one at `show`, the others beside it to be compared with. */
export async function openPictures(pictures: readonly PictureFile[], show: number) {
  try {
    const sources = await Promise.all(pictures.map(sourceOf))
    state.viewer.value = { sources: () => sources, show: String(show) }
  } catch (error) {
    state.say(pictures[show]!.title, { text: reasonOf(error), error: true })
  }
}

async function sourceOf({ title, image, workflow }: PictureFile, index: number): Promise<Source> {
  const view = await viewOfImage(image, title)
  return { key: String(index), title, view: () => view, workflow: () => workflow }
}

/** An image as a view, in red, green and blue. Throws if it is none. */
async function viewOfImage(image: Blob, name: string): Promise<ImagesView> {
  const bitmap = await createImageBitmap(image)
  const { width, height } = bitmap
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  ctx.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = ctx.getImageData(0, 0, width, height)
  return { kind: 'images', groups: [{ name, width, height, channels: 3, count: 1, pixels: withoutAlpha(data) }], columns: 0 }
}
