// Draws a node on a plain litegraph canvas, in addition to slots and widgets: rings, view, fault.
import { getText, type MessageText } from '../engine/base/catalogue.ts'
import type { LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { ChartLook, View } from '../engine/base/view.ts'
import type { Box } from '../painters/frame.ts'
import { fitLabel } from '../painters/frame.ts'
import { paintView } from '../painters/paint.ts'
import { context2d } from '../painters/context2d.ts'
import type { PlotLook } from '../painters/plotLook.ts'
import type { Theme } from '../painters/theme.ts'
import { darkTheme, FONTS } from '../painters/theme.ts'
import { hasView } from '../workflow/nodeBody.ts'
import { storeControls, viewBox } from './body.ts'
import type { DiffusionNode } from './diffusionNode.ts'
import { slotStyle, stateColours } from './palette.ts'
import { englishTips, tipTranslator, type TipWords } from './tooltips.ts'

/** Draws the body of a node on a plain litegraph canvas. */
export type DrawBody = (
  lite: LiteGraphStatic,
  node: DiffusionNode,
  ctx: CanvasRenderingContext2D,
  scale: number,
  words?: TipWords,
) => void

export const drawBody: DrawBody = (lite, node, ctx, scale, words = englishTips) => {
  if (node.flags.collapsed) return
  ctx.save()
  if (scale >= 0.4) drawRequired(node, ctx)
  if (hasView(node.diffusion.declaration)) drawView(node, ctx, scale)
  drawProgress(node, ctx)
  drawOutline(lite, node, ctx)
  drawFault(node, ctx, tipTranslator(words))
  ctx.restore()
}

/** Draws rings around unwired inputs: wide for required inputs, thin for optional ones. */
function drawRequired(node: DiffusionNode, ctx: CanvasRenderingContext2D) {
  node.inputs.forEach((input, i) => {
    if (input.link !== null) return
    const [x, y] = node.getConnectionPos(true, i)
    const { colour } = slotStyle(input.type)
    const hollow = input.color_off !== colour
    ctx.beginPath()
    ctx.arc(x - node.pos[0], y - node.pos[1], hollow ? 4.5 : 7.5, 0, 2 * Math.PI)
    ctx.strokeStyle = colour
    ctx.globalAlpha = hollow ? 0.9 : 0.55
    ctx.lineWidth = hollow ? 2.4 : 1.2
    ctx.stroke()
  })
  ctx.globalAlpha = 1
}

// ---- views

interface CachedView {
  view: View
  scrub: number | undefined
  look: ChartLook | undefined
  plot: PlotLook | undefined
  scale: number
  width: number
  height: number
  bitmap: OffscreenCanvas
}
const cachedViews = new WeakMap<DiffusionNode, CachedView>()

/** Node bodies of litegraph are dark on every page. */
const nodeTheme: Theme = darkTheme

/** Above this number of pixels, painting the view again costs less than a bitmap of it. */
const MAX_BITMAP_PIXELS = 4e6

function drawView(node: DiffusionNode, ctx: CanvasRenderingContext2D, scale: number) {
  const { view, scrub, plot } = node.diffusion
  const look = node.flags.chart
  const box = viewBox(node)
  if (box.width < 20 || box.height < 20) return
  if (!view) {
    drawEmptyView(ctx, box)
    return
  }
  const dense = scale * (globalThis.devicePixelRatio ?? 1)
  const [width, height] = [Math.ceil(box.width * dense), Math.ceil(box.height * dense)]
  if (typeof OffscreenCanvas === 'undefined' || width * height > MAX_BITMAP_PIXELS) {
    paintView(ctx, view, box, nodeTheme, { scrub, look, plot, onControls: storeControls(node) })
    return
  }
  const size = { width: box.width, height: box.height }
  const bitmap = viewBitmap(node, { view, scrub, look, plot, scale: dense, width, height }, size)
  ctx.drawImage(bitmap, box.x, box.y, width / dense, height / dense)
}

/**
 * Returns a cached bitmap of a view by size and zoom: panning and moving nodes only copies pixels.
 */
function viewBitmap(
  node: DiffusionNode,
  wanted: Omit<CachedView, 'bitmap'>,
  size: { width: number; height: number },
): OffscreenCanvas {
  const cached = cachedViews.get(node)
  const keys = Object.keys(wanted) as (keyof typeof wanted)[]
  if (cached && keys.every((key) => cached[key] === wanted[key])) return cached.bitmap
  const { view, scrub, look, plot, scale, width, height } = wanted
  const bitmap = new OffscreenCanvas(width, height)
  const ctx = context2d(bitmap)
  ctx.scale(scale, scale)
  const box = { x: 0, y: 0, ...size }
  paintView(ctx, view, box, nodeTheme, { scrub, look, plot, onControls: storeControls(node) })
  cachedViews.set(node, { ...wanted, bitmap })
  return bitmap
}

function drawEmptyView(ctx: CanvasRenderingContext2D, { x, y, width, height }: Box) {
  ctx.strokeStyle = '#454b51'
  ctx.setLineDash([4, 4])
  ctx.beginPath()
  ctx.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 4)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.fillStyle = '#8b9299'
  ctx.font = `12px ${FONTS}`
  ctx.textAlign = 'center'
  ctx.fillText('Shows after Run', x + width / 2, y + height / 2 + 4)
}

// ---- state

function drawProgress(node: DiffusionNode, ctx: CanvasRenderingContext2D) {
  const { state, progress } = node.diffusion
  if (state !== 'running' || !progress?.count) return
  ctx.fillStyle = stateColours.running
  ctx.fillRect(0, 0, node.size[0] * Math.min(1, progress.index / progress.count), 3)
}

function drawOutline(lite: LiteGraphStatic, node: DiffusionNode, ctx: CanvasRenderingContext2D) {
  const { state } = node.diffusion
  if (state !== 'running' && state !== 'fault') return
  const title = lite.NODE_TITLE_HEIGHT
  ctx.strokeStyle = stateColours[state]
  ctx.lineWidth = 2
  ctx.beginPath()
  ctx.roundRect(-1, -title - 1, node.size[0] + 3, node.size[1] + title + 2, 9)
  ctx.stroke()
}

/** Draws a ring around the slot of a fault, and the message below the node. */
function drawFault(
  node: DiffusionNode,
  ctx: CanvasRenderingContext2D,
  translate: (text: MessageText) => string,
) {
  const { state, fault } = node.diffusion
  if (state !== 'fault' || !fault) return
  ctx.strokeStyle = stateColours.fault
  ctx.lineWidth = 2
  const slot = fault.slot === undefined ? -1 : node.findInputSlot(fault.slot)
  if (slot >= 0) {
    const [x, y] = node.getConnectionPos(true, slot)
    ctx.beginPath()
    ctx.arc(x - node.pos[0], y - node.pos[1], 9, 0, 2 * Math.PI)
    ctx.stroke()
  }
  ctx.font = `12px ${FONTS}`
  ctx.textAlign = 'left'
  ctx.fillStyle = '#ff9a9a'
  const text = fitLabel(ctx, translate(getText(fault, 'message')), Math.max(220, node.size[0]))
  ctx.fillText(text, 2, node.size[1] + 18)
}
