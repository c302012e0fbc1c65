// Painting of views into PNG files.
import type { View } from '../../engine/base/view.ts'
import { context2d } from '../../painters/context2d.ts'
import { darkTheme, lightTheme } from '../../painters/theme.ts'
import { loadPainters } from '../ui/painters.ts'

/** Device pixels per CSS pixel, so that pictures are sharp on dense screens. */
const DENSITY = 2

/** Paints a view. Returns undefined if it cannot be painted. */
export async function paintViewPng(
  view: View,
  width: number,
  height: number,
  dark: boolean,
): Promise<Blob | undefined> {
  try {
    const { paintView } = await loadPainters()
    const sheet = new OffscreenCanvas(DENSITY * width, DENSITY * height)
    const ctx = context2d(sheet)
    ctx.scale(DENSITY, DENSITY)
    const box = { x: 0, y: 0, width, height }
    paintView(ctx, view, box, dark ? darkTheme : lightTheme)
    return await sheet.convertToBlob({ type: 'image/png' })
  } catch {
    return undefined // The picture may be too large for this device. The run is stored without it.
  }
}
