// What an observer shows, on its node.
import type { ChartLook, View } from '../../engine/plan/view.ts'
import { viewBox, viewHeight } from '../../nodes/litegraph/body.ts'
import type { DiffusionNode } from '../../nodes/litegraph/node.ts'
import { darkTheme, lightTheme } from '../../nodes/views/canvas.ts'
import { paintView as paintOn } from '../../nodes/views/paint.ts'
import { language, texts, viewText } from '../texts.ts'
import type { Colours } from '../theme.ts'
import type { Painting } from './painting.ts'
import { box } from './painting.ts'

interface Cached {
  view: View
  key: string
  look: ChartLook | undefined
  bitmap: OffscreenCanvas
}
const bitmaps = new WeakMap<object, Cached>()

/*
 * Charts too are painted by nodes/views, not by uPlot, which draws them when they are opened large: hosts without the editor
 * paint the same picture, and it needs no element in the page for each node. Both take as long: on busy cores, medians of 30,
 * 0.5 ms of uPlot's 0.7 for two lines of 200 values, 7 of 9 for 2,000, and 3 of 2 for 20,000; a uPlot that is made anew, as
 * for each change of zoom, 2 to 4. Ticks, colours, ranges and means come from the same functions, so they look the same.
 */

/** What an observer shows, painted once for a size, zoom, theme and language: panning then only copies pixels. */
export function paintView(node: DiffusionNode, { ctx, colours, scale, running }: Painting, pixelRatio: number) {
  const { view, scrub, declaration } = node.diffusion
  const look = node.flags.chart
  const box = viewBox(node, node.computeSize()[1]! - viewHeight(declaration))
  if (box.width < 20 || box.height < 20) return
  if (!view) {
    paintNoView(ctx, box, colours, running ? texts.canvas.noViewYet : texts.canvas.noView)
    return
  }
  const dense = scale * pixelRatio
  const [width, height] = [Math.ceil(box.width * dense), Math.ceil(box.height * dense)]
  const theme = { ...(colours.dark ? darkTheme : lightTheme), ground: colours.widget, said: viewText }
  // Beyond this, painting directly is cheaper than holding the pixels.
  if (width * height > 4e6) {
    paintOn(ctx, view, box, theme, { scrub, look })
    return
  }
  const key = `${dense} ${width} ${height} ${colours.dark} ${scrub} ${language()}`
  let cached = bitmaps.get(node)
  if (cached?.view !== view || cached.key !== key || cached.look !== look) {
    const bitmap = new OffscreenCanvas(width, height)
    const inner = bitmap.getContext('2d')!
    inner.scale(dense, dense)
    const whole = { x: 0, y: 0, width: box.width, height: box.height }
    paintOn(inner as unknown as CanvasRenderingContext2D, view, whole, theme, { scrub, look })
    cached = { view, key, look, bitmap }
    bitmaps.set(node, cached)
  }
  // On whole pixels of the screen: between two, every line of the picture would blur.
  const { a, d, e, f } = ctx.getTransform()
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, Math.round(e + box.x * a), Math.round(f + box.y * d))
  ctx.drawImage(cached.bitmap, 0, 0)
  ctx.restore()
}

function paintNoView(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: ReturnType<typeof viewBox>,
  colours: Colours,
  text: string,
) {
  box(ctx, x, y, width, height, 6)
  ctx.fillStyle = colours.widget
  ctx.fill()
  ctx.fillStyle = colours.nodeFaint
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'center'
  ctx.fillText(text, x + width / 2, y + height / 2 + 4)
  ctx.textAlign = 'left'
}
