// Paints the view of an observer on its node.
import type { ChartLook, View } from '../../../engine/plan/view.ts'
import { viewBox } from '../../../nodes/litegraph/body.ts'
import type { DiffusionNode } from '../../../nodes/litegraph/diffusionNode.ts'
import { darkTheme, lightTheme } from '../../../nodes/painters/theme.ts'
import { paintView as paintOn } from '../../../nodes/painters/paint.ts'
import { language, texts, translateView } from '../../texts/texts.ts'
import type { Colours } from '../../ui/theme.ts'
import type { PaintContext } from './painting.ts'
import { addBox, createBitmap } from './painting.ts'

/** Height of the smallest text that painters write, in their units. */
export const SMALLEST_TEXT = 9

interface CachedView {
  view: View
  key: string
  look: ChartLook | undefined
  bitmap: OffscreenCanvas
}
const cachedViews = new WeakMap<object, CachedView>()

/*
 * Charts on nodes are painted by nodes/painters, not by uPlot, which draws enlarged charts. Hosts
 * without the editor paint the same picture, and a node needs no DOM element.
 *
 * Times are similar. Medians of 30 on busy cores, for two lines:
 * - 200 values: 0.5 ms, uPlot 0.7 ms
 * - 2,000 values: 7 ms, uPlot 9 ms
 * - 20,000 values: 3 ms, uPlot 2 ms
 *
 * A new uPlot, needed at each change of zoom, takes 2 to 4 ms. Both use the same functions for
 * ticks, colours, ranges and means, so they look the same.
 */

/**
 * Paints a view. Its bitmap is cached by size, zoom, theme and language: panning only copies
 * pixels.
 */
export function paintNodeView(
  node: DiffusionNode,
  { ctx, colours, scale, running, minText }: PaintContext,
  pixelRatio: number,
) {
  const { view, scrub } = node.diffusion
  const look = node.flags.chart
  const box = viewBox(node)
  if (box.width < 20 || box.height < 20) return
  if (!view) {
    paintNoView(ctx, box, colours, running ? texts.canvas.noViewYet : texts.canvas.noView)
    return
  }
  const zoom = scale * pixelRatio
  // A view with larger text is laid out for a smaller box.
  const enlarged = Math.max(1, minText / (SMALLEST_TEXT * scale))
  const [width, height] = [Math.ceil(box.width * zoom), Math.ceil(box.height * zoom)]
  const theme = {
    ...(colours.dark ? darkTheme : lightTheme),
    ground: colours.widget,
    translate: translateView,
  }
  // A larger bitmap would use too much memory.
  if (width * height > 4e6) {
    ctx.save()
    ctx.translate(box.x, box.y)
    ctx.scale(enlarged, enlarged)
    paintOn(ctx, view, areaOf(box, enlarged), theme, { scrub, look })
    ctx.restore()
    return
  }
  const key = `${zoom} ${enlarged} ${width} ${height} ${colours.dark} ${scrub} ${language()}`
  let cached = cachedViews.get(node)
  if (cached?.view !== view || cached.key !== key || cached.look !== look) {
    const { bitmap, ctx: inner } = createBitmap(width, height)
    inner.scale(zoom * enlarged, zoom * enlarged)
    const area = areaOf(box, enlarged)
    paintOn(inner as unknown as CanvasRenderingContext2D, view, area, theme, { scrub, look })
    cached = { view, key, look, bitmap }
    cachedViews.set(node, cached)
  }
  // Rounded to whole device pixels, otherwise lines would blur.
  const { a, d, e, f } = ctx.getTransform()
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, Math.round(e + box.x * a), Math.round(f + box.y * d))
  ctx.drawImage(cached.bitmap, 0, 0)
  ctx.restore()
}

const areaOf = ({ width, height }: ReturnType<typeof viewBox>, by: number) => ({
  x: 0,
  y: 0,
  width: width / by,
  height: height / by,
})

function paintNoView(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: ReturnType<typeof viewBox>,
  colours: Colours,
  text: string,
) {
  addBox(ctx, x, y, width, height, 6)
  ctx.fillStyle = colours.widget
  ctx.fill()
  ctx.fillStyle = colours.nodeFaint
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'center'
  ctx.fillText(text, x + width / 2, y + height / 2 + 4)
  ctx.textAlign = 'left'
}
