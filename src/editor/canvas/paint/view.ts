// Paints the view of an observer on its node.
import type { ChartLook, View } from '../../../engine/base/view.ts'
import { storeControls, viewBox } from '../../../litegraph/body.ts'
import type { DiffusionNode } from '../../../litegraph/diffusionNode.ts'
import type { Box } from '../../../painters/frame.ts'
import type { PaintOptions } from '../../../painters/paint.ts'
import type { PlotLook } from '../../../painters/plotLook.ts'
import { darkTheme, lightTheme, type Theme } from '../../../painters/theme.ts'
import { language, texts, translateView } from '../../texts/texts.ts'
import { getPainters, type Painters } from '../../ui/painters.ts'
import type { Colours } from '../../ui/theme.ts'
import type { PaintContext } from './painting.ts'
import { addBox, createBitmap } from './painting.ts'
import { cancelPainting, isBegun, paintSoon, type ViewPainting } from './viewParts.ts'

/** Height of the smallest text that painters write, in their units. */
export const SMALLEST_TEXT = 9

interface CachedView {
  view: View
  key: string
  look: ChartLook | undefined
  plot: PlotLook | undefined
  bitmap: OffscreenCanvas
}
const cachedViews = new WeakMap<object, CachedView>()

/*
 * Charts on nodes are painted by src/painters, not by uPlot, which draws enlarged charts. Hosts
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
export function paintNodeView(node: DiffusionNode, context: PaintContext, pixelRatio: number) {
  const { ctx, colours, running } = context
  const { view } = node.diffusion
  node.diffusion.filled = context.titlesOnly && view !== undefined
  const box = viewBox(node)
  if (box.width < 20 || box.height < 20) return
  const painters = view && getPainters()
  if (!view || !painters) {
    const text = running ? texts.canvas.noViewYet : texts.canvas.noView
    paintNoView(ctx, box, colours, view ? '' : text)
    return
  }
  const wanted = wantedView(node, view, box, context, pixelRatio)
  // A larger bitmap would use too much memory.
  if (wanted.width * wanted.height > MAX_PIXELS) {
    const { enlarged, area } = wanted
    ctx.save()
    ctx.translate(box.x, box.y)
    ctx.scale(enlarged, enlarged)
    painters.paintView(ctx, view, area, viewTheme(colours), viewOptions(node, enlarged))
    ctx.restore()
    return
  }
  copyBitmap(ctx, findBitmap(node, wanted, painters, context), box)
}

/**
 * Starts to paint a changed view in parts, if an earlier bitmap can be shown until then. Otherwise
 * returns false, and the node has to be painted.
 */
export function paintViewInParts(
  node: DiffusionNode,
  context: PaintContext,
  pixelRatio: number,
): boolean {
  const { view } = node.diffusion
  const painters = view && getPainters()
  if (!view || !painters || !context.running) return false
  const wanted = wantedView(node, view, viewBox(node), context, pixelRatio)
  const cached = cachedViews.get(node)
  if (!cached || !hasSameForm(cached, wanted)) return false
  // A view that has begun is completed, or views that change often would never be shown.
  if (cached.view !== view && !isBegun(node))
    paintSoon(node, createPainting(node, wanted, painters, context))
  return true
}

const MAX_PIXELS = 4e6

/** A view, and what its bitmap depends on. */
interface WantedView extends Omit<CachedView, 'bitmap'> {
  width: number
  height: number
  /** Device pixels per unit of the graph. */
  zoom: number
  /** Factor by which the view is painted larger, so that its smallest text is readable. */
  enlarged: number
  area: Box
}

function wantedView(
  node: DiffusionNode,
  view: View,
  box: Box,
  { colours, scale, minText }: PaintContext,
  pixelRatio: number,
): WantedView {
  const zoom = scale * pixelRatio
  // A view with larger text is laid out for a smaller box.
  const enlarged = Math.max(1, minText / (SMALLEST_TEXT * scale))
  const [width, height] = [Math.ceil(box.width * zoom), Math.ceil(box.height * zoom)]
  const { scrub } = node.diffusion
  return {
    view,
    key: `${zoom} ${enlarged} ${width} ${height} ${colours.dark} ${scrub} ${language()} ${viewAngles(view)}`,
    look: node.flags.chart,
    plot: node.diffusion.plot,
    width,
    height,
    zoom,
    enlarged,
    area: { x: 0, y: 0, width: box.width / enlarged, height: box.height / enlarged },
  }
}

/** Angles of points in space, whose view changes when the user turns them. */
const viewAngles = (view: View): string =>
  view.kind === 'scatter' && view.space ? JSON.stringify(view.space.angles) : ''

/** What the user chose for the view of a node. */
const viewOptions = (node: DiffusionNode, enlarged: number): PaintOptions => ({
  scrub: node.diffusion.scrub,
  look: node.flags.chart,
  plot: node.diffusion.plot,
  onControls: storeControls(node, enlarged),
})

const viewTheme = (colours: Colours): Theme => ({
  ...(colours.dark ? darkTheme : lightTheme),
  ground: colours.widget,
  translate: translateView,
})

/** True if only the data of the view may differ. */
const hasSameForm = (cached: CachedView, { key, look, plot }: WantedView) =>
  cached.key === key && cached.look === look && cached.plot === plot

function createPainting(
  node: DiffusionNode,
  { view, key, look, plot, width, height, zoom, enlarged, area }: WantedView,
  painters: Painters,
  { colours }: PaintContext,
): ViewPainting {
  const [theme, options] = [viewTheme(colours), viewOptions(node, enlarged)]
  return {
    width,
    height,
    zoom: zoom * enlarged,
    paint: (ctx) => painters.paintView(ctx, view, area, theme, options),
    done: (bitmap) => void cachedViews.set(node, { view, key, look, plot, bitmap }),
  }
}

/** Returns the bitmap of a view, or of the view before it while it is painted in parts. */
function findBitmap(
  node: DiffusionNode,
  wanted: WantedView,
  painters: Painters,
  context: PaintContext,
): OffscreenCanvas {
  const cached = cachedViews.get(node)
  if (cached && hasSameForm(cached, wanted)) {
    if (cached.view === wanted.view) return cached.bitmap
    if (context.running && !isBegun(node))
      paintSoon(node, createPainting(node, wanted, painters, context))
    if (context.running) return cached.bitmap
  }
  cancelPainting(node)
  const painting = createPainting(node, wanted, painters, context)
  const { bitmap, ctx } = createBitmap(painting.width, painting.height)
  ctx.scale(painting.zoom, painting.zoom)
  painting.paint(ctx)
  painting.done(bitmap)
  return bitmap
}

/** Copies to whole device pixels, otherwise lines would blur. */
function copyBitmap(ctx: CanvasRenderingContext2D, bitmap: OffscreenCanvas, { x, y }: Box) {
  const { a, d, e, f } = ctx.getTransform()
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, Math.round(e + x * a), Math.round(f + y * d))
  ctx.drawImage(bitmap, 0, 0)
  ctx.restore()
}

function paintNoView(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
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
