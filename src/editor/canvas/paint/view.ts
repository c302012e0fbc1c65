// Paints the view of an observer on its node.
import type { ChartLook, View } from '../../../engine/plan/view.ts'
import { viewBox } from '../../../nodes/litegraph/body.ts'
import type { DiffusionNode } from '../../../nodes/litegraph/diffusionNode.ts'
import { darkTheme, lightTheme } from '../../../nodes/painters/theme.ts'
import { language, texts, translateView } from '../../texts/texts.ts'
import { getPainters } from '../../ui/painters.ts'
import type { Colours } from '../../ui/theme.ts'
import type { PaintContext } from './painting.ts'
import { addBox, createBitmap } from './painting.ts'
import { cancelPainting, isBegun, paintSoon, type ViewPainting } from './viewParts.ts'

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
 * pixels. A view that changes during a run is painted in parts, and its earlier bitmap shown until
 * then.
 */
export function paintNodeView(
  node: DiffusionNode,
  { ctx, colours, scale, running }: PaintContext,
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
  const painters = getPainters()
  if (!painters) {
    paintNoView(ctx, box, colours, '')
    return
  }
  const zoom = scale * pixelRatio
  const [width, height] = [Math.ceil(box.width * zoom), Math.ceil(box.height * zoom)]
  const theme = {
    ...(colours.dark ? darkTheme : lightTheme),
    ground: colours.widget,
    translate: translateView,
  }
  // A larger bitmap would use too much memory.
  if (width * height > 4e6) {
    painters.paintView(ctx, view, box, theme, { scrub, look })
    return
  }
  const key = `${zoom} ${width} ${height} ${colours.dark} ${scrub} ${language()} ${viewAngles(view)}`
  const area = { x: 0, y: 0, width: box.width, height: box.height }
  const painting: ViewPainting = {
    width,
    height,
    zoom,
    paint: (inner) =>
      painters.paintView(inner as unknown as CanvasRenderingContext2D, view, area, theme, {
        scrub,
        look,
      }),
    done: (bitmap) => void cachedViews.set(node, { view, key, look, bitmap }),
  }
  copyBitmap(ctx, findBitmap(node, { view, key, look }, painting, running), box)
}

/** Angles of points in space, whose view changes when the user turns them. */
const viewAngles = (view: View): string =>
  view.kind === 'scatter' && view.space ? JSON.stringify(view.space.angles) : ''

/** Returns the bitmap of a view, or of the view before it while it is painted in parts. */
function findBitmap(
  node: DiffusionNode,
  { view, key, look }: Omit<CachedView, 'bitmap'>,
  painting: ViewPainting,
  running: boolean,
): OffscreenCanvas {
  const cached = cachedViews.get(node)
  const hasSameForm = cached?.key === key && cached.look === look
  if (hasSameForm && (cached.view === view || running)) {
    // A view that has begun is completed, or views that change often would never be shown.
    if (cached.view !== view && !isBegun(node)) paintSoon(node, painting)
    return cached.bitmap
  }
  cancelPainting(node)
  const { bitmap, ctx } = createBitmap(painting.width, painting.height)
  ctx.scale(painting.zoom, painting.zoom)
  painting.paint(ctx)
  painting.done(bitmap)
  return bitmap
}

/** Copies to whole device pixels, otherwise lines would blur. */
function copyBitmap(
  ctx: CanvasRenderingContext2D,
  bitmap: OffscreenCanvas,
  { x, y }: ReturnType<typeof viewBox>,
) {
  const { a, d, e, f } = ctx.getTransform()
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, Math.round(e + x * a), Math.round(f + y * d))
  ctx.drawImage(bitmap, 0, 0)
  ctx.restore()
}

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
