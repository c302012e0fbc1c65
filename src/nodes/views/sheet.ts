// Pixels into a picture. Contexts take pixels only untransformed and over everything, so they go through a canvas of their own.
import { resized } from '../../engine/pictures.ts'
import type { Pictures } from '../../engine/plan/view.ts'
import type { Box } from './canvas.ts'

/** Makes a canvas of so many pixels. In Node there is no such thing until somebody brings one. */
export type MakeSheet = (width: number, height: number) => OffscreenCanvas

export const offscreen: MakeSheet = (width, height) => new OffscreenCanvas(width, height)

/** From here on images grow by whole numbers only: pixels of different widths would be seen, and room is not short. */
const WHOLE = 4

/** The width of an image on the screen, in pixels of the device, where there is room for `room` of them. */
export function fitted(size: number, room: number): number {
  const factor = room / size
  return factor >= WHOLE ? size * Math.floor(factor) : Math.max(1, Math.floor(room))
}

/** Pixels of the device in a unit of the context, and where its origin is. */
export function deviceOf(ctx: CanvasRenderingContext2D): { scale: number; x: number; y: number } {
  const { a, e, f } = ctx.getTransform()
  return { scale: a, x: e, y: f }
}

/**
 * Draws images, each into its box, in pixels of the device: enlarged ones with sharp pixels, reduced ones by the mean over each
 * pixel's area. All boxes have one size.
 */
export function drawPictures(ctx: CanvasRenderingContext2D, pictures: Pictures, boxes: readonly Box[], makeSheet: MakeSheet) {
  const [first] = boxes
  if (!first || pictures.count === 0) return
  const whole = first.width % pictures.width === 0 && first.height % pictures.height === 0
  const shown = whole ? pictures : resized(pictures, first.width, first.height)
  const { sheet, columns } = sheetOf(shown, makeSheet)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.imageSmoothingEnabled = false
  boxes.slice(0, shown.count).forEach(({ x, y, width, height }, i) => {
    const [left, top] = [(i % columns) * shown.width, Math.floor(i / columns) * shown.height]
    ctx.drawImage(sheet, left, top, shown.width, shown.height, x, y, width, height)
  })
  ctx.restore()
}

/** All images side by side on one canvas. */
function sheetOf({ width, height, channels, count, pixels }: Pictures, makeSheet: MakeSheet) {
  const columns = Math.ceil(Math.sqrt((count * height) / width)) || 1
  const sheet = makeSheet(columns * width, Math.ceil(count / columns) * height)
  const ctx = sheet.getContext('2d')!
  const image = ctx.createImageData(sheet.width, sheet.height)
  const data = image.data
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0]
  let from = 0
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height]
    for (let y = 0; y < height; y++) {
      let to = 4 * ((top + y) * sheet.width + left)
      for (let x = 0; x < width; x++, from += channels, to += 4) {
        data[to] = pixels[from]!
        data[to + 1] = pixels[from + green]!
        data[to + 2] = pixels[from + blue]!
        data[to + 3] = 255
      }
    }
  }
  ctx.putImageData(image, 0, 0)
  return { sheet, columns }
}
