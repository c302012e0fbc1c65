// Draws pixel data. `putImageData` ignores transforms and clipping, so pixels go through a separate
// canvas.
import { resizePictures } from '../engine/images/pixels.ts'
import type { Pictures } from '../engine/base/view.ts'
import { context2d } from './context2d.ts'
import type { Box } from './frame.ts'

/** Makes a canvas. Node has none, so the caller must provide one there. */
export type MakeSheet = (width: number, height: number) => OffscreenCanvas

export const createOffscreen: MakeSheet = (width, height) => new OffscreenCanvas(width, height)

/**
 * From this factor on, images are enlarged by whole numbers only: uneven pixel widths would be
 * visible.
 */
const MIN_WHOLE_FACTOR = 4

/** Width of an image on the screen, in device pixels, with `room` of them available. */
export function fitPixels(size: number, room: number): number {
  const factor = room / size
  return factor >= MIN_WHOLE_FACTOR ? size * Math.floor(factor) : Math.max(1, Math.floor(room))
}

/** Device pixels per unit of the context, and the position of its origin. */
export function devicePixels(ctx: CanvasRenderingContext2D): {
  scale: number
  x: number
  y: number
} {
  const { a, e, f } = ctx.getTransform()
  return { scale: a, x: e, y: f }
}

/**
 * Draws images, each into its box, in device pixels. Enlarged images keep sharp pixels; reduced
 * ones are averaged over each pixel's area. All boxes have the same size.
 */
export function drawPictures(
  ctx: CanvasRenderingContext2D,
  pictures: Pictures,
  boxes: readonly Box[],
  makeSheet: MakeSheet,
) {
  const [first] = boxes
  if (!first || pictures.count === 0) return
  const whole = first.width % pictures.width === 0 && first.height % pictures.height === 0
  const shown = whole ? pictures : resizePictures(pictures, first.width, first.height)
  const { sheet, columns } = makePictureSheet(shown, makeSheet)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.imageSmoothingEnabled = false
  boxes.slice(0, shown.count).forEach(({ x, y, width, height }, i) => {
    const [left, top] = [(i % columns) * shown.width, Math.floor(i / columns) * shown.height]
    ctx.drawImage(sheet, left, top, shown.width, shown.height, x, y, width, height)
  })
  ctx.restore()
}

/** Puts all images side by side on one canvas. */
function makePictureSheet(
  { width, height, channels, count, pixels }: Pictures,
  makeSheet: MakeSheet,
) {
  const columns = Math.ceil(Math.sqrt((count * height) / width)) || 1
  const sheet = makeSheet(columns * width, Math.ceil(count / columns) * height)
  const ctx = context2d(sheet)
  const image = ctx.createImageData(sheet.width, sheet.height)
  const data = image.data
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  let from = 0
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height]
    for (let y = 0; y < height; y++) {
      let to = 4 * ((top + y) * sheet.width + left)
      for (let x = 0; x < width; x++, from += channels, to += 4) {
        data[to] = pixels[from]
        data[to + 1] = pixels[from + green]
        data[to + 2] = pixels[from + blue]
        data[to + 3] = 255
      }
    }
  }
  ctx.putImageData(image, 0, 0)
  return { sheet, columns }
}
