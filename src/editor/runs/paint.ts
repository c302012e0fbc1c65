// What an observer showed, as a PNG.
import type { View } from '../../engine/plan/view.ts'
import { darkTheme, lightTheme } from '../../nodes/views/canvas.ts'
import { paintView } from '../../nodes/views/paint.ts'

/** In the looks that are on; twice as dense as its size, so that it is sharp. Undefined where it cannot be painted. */
export async function pngOf(view: View, width: number, height: number, dark: boolean): Promise<Blob | undefined> {
  try {
    const sheet = new OffscreenCanvas(2 * width, 2 * height)
    const ctx = sheet.getContext('2d')!
    ctx.scale(2, 2)
    const box = { x: 0, y: 0, width, height }
    paintView(ctx as unknown as CanvasRenderingContext2D, view, box, dark ? darkTheme : lightTheme)
    return await sheet.convertToBlob({ type: 'image/png' })
  } catch {
    return undefined // too large for this device, say: the run is kept without it
  }
}
