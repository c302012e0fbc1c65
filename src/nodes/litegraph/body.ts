// What is drawn on a node besides its slots and widgets: its state, its fault, its view.
import type { LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../../engine/plan/op.ts'
import type { ChartLook, View } from '../../engine/plan/view.ts'
import type { Box, Theme } from '../views/canvas.ts'
import { darkTheme, FONTS, shorten } from '../views/canvas.ts'
import { paintView } from '../views/paint.ts'
import type { DiffusionNode } from './node.ts'
import { stateColours, styleOf } from './palette.ts'
import { inEnglish, saying } from './tooltips.ts'

/** Observers show something, and nodes that say how much room that takes. */
export const hasView = ({ role, room }: Declaration): boolean => role === 'observer' || room !== undefined

/** The least room a node leaves for its view, beside slots and widgets. */
export const viewHeight = ({ role, room }: Declaration): number => (role === 'observer' ? LEAST : (room?.height ?? 0))
const LEAST = 170

/** How wide a node is at first for its view, and how much higher than it has to be. */
export const firstRoom = (declaration: Declaration): { width: number; more: number } =>
  hasView(declaration)
    ? {
        width: declaration.room?.width ?? 260,
        more: Math.max(0, (declaration.room?.height ?? 0) - viewHeight(declaration)),
      }
    : { width: 0, more: 0 }

export function drawBody(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  ctx: CanvasRenderingContext2D,
  scale: number,
  contentHeight: number,
  words = inEnglish,
) {
  if (node.flags.collapsed) return
  ctx.save()
  if (scale >= 0.4) drawRequired(node, ctx)
  if (hasView(node.diffusion.declaration)) drawView(node, ctx, scale, viewBox(node, contentHeight))
  drawProgress(node, ctx)
  drawOutline(lite, node, ctx, saying(words))
  ctx.restore()
}

/** Where the view of a node goes, in the node's own coordinates. */
export const viewBox = (node: DiffusionNode, contentHeight: number): Box => ({
  x: 8,
  y: contentHeight,
  width: node.size[0] - 16,
  height: node.size[1] - contentHeight - 8,
})

/** A ring around inputs that have to be wired and are not; a thin one around those that may be. */
function drawRequired(node: DiffusionNode, ctx: CanvasRenderingContext2D) {
  node.inputs.forEach((input, i) => {
    if (input.link !== null) return
    const [x, y] = node.getConnectionPos(true, i)
    const hollow = input.color_off !== styleOf(input.type).colour
    ctx.beginPath()
    ctx.arc(x! - node.pos[0], y! - node.pos[1], hollow ? 4.5 : 7.5, 0, 2 * Math.PI)
    ctx.strokeStyle = styleOf(input.type).colour
    ctx.globalAlpha = hollow ? 0.9 : 0.55
    ctx.lineWidth = hollow ? 2.4 : 1.2
    ctx.stroke()
  })
  ctx.globalAlpha = 1
}

interface Cached {
  view: View
  scrub: number | undefined
  look: ChartLook | undefined
  scale: number
  width: number
  height: number
  bitmap: OffscreenCanvas
}
const bitmaps = new WeakMap<DiffusionNode, Cached>()

/** Views are painted once for a size and zoom; panning and moving nodes then only copy pixels. */
function drawView(node: DiffusionNode, ctx: CanvasRenderingContext2D, scale: number, box: Box) {
  const { view, scrub } = node.diffusion
  const look = node.flags.chart
  if (box.width < 20 || box.height < 20) return
  if (!view) {
    ctx.strokeStyle = '#454b51'
    ctx.setLineDash([4, 4])
    ctx.beginPath()
    ctx.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, 4)
    ctx.stroke()
    ctx.setLineDash([])
    ctx.fillStyle = '#8b9299'
    ctx.font = `12px ${FONTS}`
    ctx.textAlign = 'center'
    ctx.fillText('Shows after Run', box.x + box.width / 2, box.y + box.height / 2 + 4)
    return
  }
  const dense = scale * (globalThis.devicePixelRatio ?? 1)
  const [width, height] = [Math.ceil(box.width * dense), Math.ceil(box.height * dense)]
  // Beyond this, painting directly is cheaper than holding the pixels.
  if (typeof OffscreenCanvas === 'undefined' || width * height > 4e6) {
    paintView(ctx, view, box, nodeTheme, { scrub, look })
    return
  }
  let cached = bitmaps.get(node)
  const same = cached?.view === view && cached.scrub === scrub && cached.look === look && cached.scale === dense
  if (!cached || !same || cached.width !== width || cached.height !== height) {
    const bitmap = new OffscreenCanvas(width, height)
    const inner = bitmap.getContext('2d')!
    inner.scale(dense, dense)
    const whole = { x: 0, y: 0, width: box.width, height: box.height }
    paintView(inner as unknown as CanvasRenderingContext2D, view, whole, nodeTheme, { scrub, look })
    cached = { view, scrub, look, scale: dense, width, height, bitmap }
    bitmaps.set(node, cached)
  }
  ctx.drawImage(cached.bitmap, box.x, box.y, width / dense, height / dense)
}

/** Bodies of nodes are dark in litegraph, whatever the page is. */
const nodeTheme: Theme = darkTheme

function drawProgress(node: DiffusionNode, ctx: CanvasRenderingContext2D) {
  const { state, progress } = node.diffusion
  if (state !== 'running' || !progress?.count) return
  ctx.fillStyle = stateColours.running
  ctx.fillRect(0, 0, node.size[0] * Math.min(1, progress.index / progress.count), 3)
}

function drawOutline(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  ctx: CanvasRenderingContext2D,
  said: (english: string) => string,
) {
  const { state, fault } = node.diffusion
  if (state !== 'running' && state !== 'fault') return
  const title = lite.NODE_TITLE_HEIGHT
  ctx.strokeStyle = stateColours[state]
  ctx.lineWidth = 2
  ctx.beginPath()
  ctx.roundRect(-1, -title - 1, node.size[0] + 3, node.size[1] + title + 2, 9)
  ctx.stroke()
  if (state !== 'fault' || !fault) return
  const slot = fault.slot === undefined ? -1 : node.findInputSlot(fault.slot)
  if (slot >= 0) {
    const [x, y] = node.getConnectionPos(true, slot)
    ctx.beginPath()
    ctx.arc(x! - node.pos[0], y! - node.pos[1], 9, 0, 2 * Math.PI)
    ctx.stroke()
  }
  ctx.font = `12px ${FONTS}`
  ctx.textAlign = 'left'
  ctx.fillStyle = '#ff9a9a'
  ctx.fillText(shorten(ctx, said(fault.message), Math.max(220, node.size[0])), 2, node.size[1] + 18)
}

/** The dot in the title bar: a shape a state, so that it can be told without colour. */
export function drawStateBox(node: DiffusionNode, ctx: CanvasRenderingContext2D, height: number) {
  const { state, progress } = node.diffusion
  const [x, y, r] = [height / 2, -height / 2, 6]
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = stateColours[state]
  ctx.lineWidth = 1.8
  ctx.lineCap = ctx.lineJoin = 'round'
  ctx.beginPath()
  switch (state) {
    case 'idle':
      ctx.arc(x, y, 4, 0, 2 * Math.PI)
      ctx.fill()
      break
    case 'running': {
      const share = progress?.count ? progress.index / progress.count : 0.25
      ctx.arc(x, y, r, 0, 2 * Math.PI)
      ctx.globalAlpha = 0.35
      ctx.stroke()
      ctx.globalAlpha = 1
      ctx.beginPath()
      ctx.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * Math.min(1, share))
      ctx.stroke()
      break
    }
    case 'done':
    case 'cached':
      if (state === 'cached') {
        ctx.arc(x, y, r + 0.5, 0, 2 * Math.PI)
        ctx.globalAlpha = 0.4
        ctx.stroke()
        ctx.globalAlpha = 1
        ctx.beginPath()
      }
      ctx.moveTo(x - 3.5, y)
      ctx.lineTo(x - 0.8, y + 3)
      ctx.lineTo(x + 4, y - 3.5)
      ctx.stroke()
      break
    case 'fault':
      ctx.moveTo(x, y - 7)
      ctx.lineTo(x + 7, y + 5.5)
      ctx.lineTo(x - 7, y + 5.5)
      ctx.closePath()
      ctx.fill()
      ctx.fillStyle = '#1b1d1f'
      ctx.fillRect(x - 0.9, y - 3, 1.8, 4.4)
      ctx.fillRect(x - 0.9, y + 2.6, 1.8, 1.8)
      break
    default:
      state satisfies never
  }
  ctx.restore()
}
