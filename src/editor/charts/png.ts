// A chart as a picture: what is on the screen, under its title and the names of its lines.
import { legend, setFont, type LegendItem, type Theme } from '../../nodes/views/canvas.ts'

const MARGIN = 14

/** As large as on the screen, title and names added above, in pixels of the screen. Null where the browser makes none. */
export function pngOf(plot: HTMLCanvasElement, title: string, items: readonly LegendItem[], theme: Theme): Promise<Blob | null> {
  const dense = devicePixelRatio
  const width = plot.width / dense
  const sheet = document.createElement('canvas')
  const head = (ctx: CanvasRenderingContext2D) => {
    setFont(ctx, 14, '600')
    ctx.fillStyle = theme.text
    ctx.fillText(title, MARGIN, MARGIN + 12)
    return MARGIN + 24 + legend(ctx, items, MARGIN, MARGIN + 22, width - 2 * MARGIN, theme)
  }
  // Once to see how much room the names take.
  const above = Math.ceil(head(sheet.getContext('2d')!))
  Object.assign(sheet, { width: plot.width, height: plot.height + Math.round(above * dense) })
  const ctx = sheet.getContext('2d')!
  ctx.fillStyle = theme.ground
  ctx.fillRect(0, 0, sheet.width, sheet.height)
  ctx.scale(dense, dense)
  ctx.lineCap = 'round'
  head(ctx)
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.drawImage(plot, 0, sheet.height - plot.height)
  return new Promise((resolve) => sheet.toBlob(resolve, 'image/png'))
}
