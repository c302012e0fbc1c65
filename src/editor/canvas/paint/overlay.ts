// Paints the layer on top of the nodes: the pending wire, tips, and the selection box.
import type { Point } from '../../ui/geometry.ts'
import type { Colours } from '../../ui/theme.ts'
import type { PendingWire } from '../pendingWire.ts'
import { paintTip, paintWire } from './wires.ts'

export interface Overlay {
  scale: number
  colours: Colours
  slotColour(type: string | number): string
  pending: PendingWire | undefined
  /** Graph point where the pending wire was dropped. */
  pendingEnd: Point
  pointer: Point
  /** Tip beside the pointer. */
  message: { text: string; tint: string } | undefined
  loopHint: { words: string; category: string; at: Point } | undefined
  selection: ArrayLike<number> | undefined
  /** Lines along which dragged nodes are aligned. */
  lines: readonly (readonly [number, number, number, number])[]
  /** Points of the stroke that cuts wires. */
  stroke: readonly Point[]
}

export function paintOverlay(ctx: CanvasRenderingContext2D, overlay: Overlay) {
  const { colours, pointer, message, loopHint, selection } = overlay
  if (overlay.pending?.node.graph) paintPendingWire(ctx, overlay.pending, overlay)
  if (message) paintTipAt(ctx, overlay, { at: pointer, by: [16, 14], ...message })
  if (loopHint) {
    const tint = colours.category(loopHint.category)
    paintTipAt(ctx, overlay, { at: loopHint.at, by: [0, 10], text: loopHint.words, tint })
  }
  if (selection) paintSelectionBox(ctx, selection, overlay)
  paintPaths(
    ctx,
    overlay,
    overlay.lines.map(([x1, y1, x2, y2]) => [
      [x1, y1],
      [x2, y2],
    ]),
    colours.accent,
  )
  paintPaths(ctx, overlay, [overlay.stroke], colours.danger)
}

function paintPaths(
  ctx: CanvasRenderingContext2D,
  { scale }: Overlay,
  paths: readonly (readonly Point[])[],
  colour: string,
) {
  if (!paths.some((path) => path.length > 1)) return
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.5 / scale
  ctx.lineCap = ctx.lineJoin = 'round'
  ctx.beginPath()
  for (const path of paths) path.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)))
  ctx.stroke()
  ctx.restore()
}

function paintPendingWire(
  ctx: CanvasRenderingContext2D,
  { node, side, slot: index }: PendingWire,
  { pendingEnd, slotColour }: Overlay,
) {
  const end = node.getConnectionPos(side === 'input', index)
  const slot = (side === 'input' ? node.inputs : node.outputs)[index]
  const [from, to] = side === 'output' ? [end, pendingEnd] : [pendingEnd, end]
  if (!slot) return
  const style = { colour: slotColour(slot.type), wide: false, loop: false, alpha: 0.9 }
  paintWire(ctx, from, to, style)
}

/** Paints a tip near a point of the graph, at its normal size at every zoom. */
function paintTipAt(
  ctx: CanvasRenderingContext2D,
  { scale, colours }: Overlay,
  tip: { at: Point; by: Point; text: string; tint: string },
) {
  const unit = 1 / scale
  ctx.save()
  ctx.translate(tip.at[0] + tip.by[0] * unit, tip.at[1] + tip.by[1] * unit)
  ctx.scale(unit, unit)
  paintTip(ctx, tip.text, colours, tip.tint)
  ctx.restore()
}

/** Covers litegraph's white outline. */
function paintSelectionBox(
  ctx: CanvasRenderingContext2D,
  { 0: x, 1: y, 2: width, 3: height }: ArrayLike<number>,
  { colours, scale }: Overlay,
) {
  ctx.save()
  ctx.fillStyle = ctx.strokeStyle = colours.accent
  ctx.globalAlpha = 0.12
  ctx.fillRect(x, y, width, height)
  ctx.globalAlpha = 1
  ctx.lineWidth = 1.5 / scale
  ctx.strokeRect(x, y, width, height)
  ctx.restore()
}
