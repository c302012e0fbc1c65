// Paints the body, border, title and run state of a node. Does not change the node.
import type { NodeState } from '../../../litegraph/diffusionNode.ts'
import { toLabel } from '../../../painters/cutText.ts'
import { fitLabel } from '../../../painters/frame.ts'
import type { Colours } from '../../ui/theme.ts'
import { getNodeTint } from '../nodeColours.ts'
import type { PaintedNode, PaintContext } from './painting.ts'
import { addBox, TINY } from './painting.ts'
import { TITLE } from '../../graph/nodeSize.ts'
import { paintShadow } from './shadow.ts'

const cornerRadius = (scale: number) => (scale < TINY ? 0 : 9)

/** True if the node does not run: it is muted, bypassed or waits. */
export const isPaler = ({ part = 'runs' }: PaintedNode) => part !== 'runs'

/** True if {@link paintBody} may paint a ring around the node. */
export const hasRing = ({ diffusion, has_errors, is_selected }: PaintedNode): boolean =>
  Boolean(is_selected || has_errors || diffusion?.next) ||
  diffusion?.state === 'running' ||
  diffusion?.state === 'fault'

const fullHeight = ({ flags }: PaintedNode, size: readonly [number, number]) =>
  (flags.collapsed ? 0 : size[1]) + TITLE

/** Paints the shadow of a node. */
export function paintNodeShadow(
  node: PaintedNode,
  size: readonly [number, number],
  { ctx, colours, scale }: PaintContext,
) {
  if (scale <= 0.45) return
  const style = { radius: cornerRadius(scale), blur: 14, offset: 4, colour: colours.shadow }
  paintShadow(ctx, 0, -TITLE, size[0], fullHeight(node, size), style)
}

/** Paints body, title bar and run state. A view is painted over it, then {@link paintSlots}. */
export function paintBody(
  node: PaintedNode,
  size: readonly [number, number],
  painting: PaintContext,
) {
  const { ctx, colours, scale } = painting
  const state = node.diffusion?.state ?? 'idle'
  const height = fullHeight(node, size)
  const tint = colours.category(node.diffusion?.declaration.category ?? 'tools')

  const radius = cornerRadius(scale)
  addBox(ctx, 0, -TITLE, size[0], height, radius)
  ctx.fillStyle = colours.node
  ctx.fill()
  const stored = node.bgcolor ?? node.color
  const own = stored ? getNodeTint(stored, colours) : undefined
  if (own) fillTint(ctx, own.colour, own.body)

  // The colour of its loop distinguishes a member from nodes that are only drawn inside the zone.
  if (node.loop) fillTint(ctx, colours.category(node.loop), 0.08)
  if (height > TITLE && radius > 0) {
    ctx.beginPath()
    ctx.roundRect(0, -TITLE, size[0], TITLE, [radius, radius, 0, 0])
  } else addBox(ctx, 0, -TITLE, size[0], TITLE, radius)
  fillTint(ctx, own?.colour ?? tint, own?.title ?? (colours.dark ? 0.13 : 0.1))

  const progress = progressShare(node)
  if (state === 'running' && progress !== undefined) {
    ctx.fillStyle = tint
    ctx.fillRect(0, -2, size[0] * progress, 2)
  }
  paintBorder(node, state, size[0], height, tint, painting)
  if (!painting.titlesOnly) paintTitle(node, state, size[0], tint, painting)
}

function fillTint(ctx: CanvasRenderingContext2D, colour: string, alpha: number) {
  const { globalAlpha } = ctx
  ctx.globalAlpha *= alpha
  ctx.fillStyle = colour
  ctx.fill()
  ctx.globalAlpha = globalAlpha
}

const progressShare = ({ diffusion }: PaintedNode): number | undefined =>
  diffusion?.progress?.count
    ? Math.min(1, diffusion.progress.index / diffusion.progress.count)
    : undefined

function paintBorder(
  node: PaintedNode,
  state: NodeState,
  width: number,
  height: number,
  tint: string,
  { ctx, colours, scale }: PaintContext,
) {
  const thin = Math.max(1, 1 / scale)
  const fault = state === 'fault' || node.has_errors
  ctx.lineWidth = thin
  const loop =
    node.loop && state !== 'running' && !fault && !node.mouseOver
      ? colours.category(node.loop)
      : undefined
  ctx.strokeStyle = fault
    ? colours.danger
    : state === 'running'
      ? tint
      : node.mouseOver
        ? colours.nodeFaint
        : (loop ?? colours.nodeLine)
  if (fault || state === 'running') ctx.lineWidth = 1.5 * thin
  const radius = cornerRadius(scale)
  addBox(ctx, 0, -TITLE, width, height, radius)
  if (node.has_errors || node.part === 'bypassed') ctx.setLineDash([5, 4])
  const { globalAlpha } = ctx
  // Dimmed, so that the borders of running nodes stand out.
  if (loop) ctx.globalAlpha *= 0.65
  ctx.stroke()
  ctx.globalAlpha = globalAlpha
  ctx.setLineDash([])
  const box = { width, height, radius }
  if (fault || (state === 'running' && !node.is_selected))
    paintRing(ctx, box, { line: 4, colour: fault ? colours.danger : tint, alpha: 0.22 })
  if (node.diffusion?.next)
    paintRing(ctx, box, { line: 3.5 * Math.max(1, thin), colour: colours.accent, alpha: 0.9 })
  if (node.is_selected) paintRing(ctx, box, { line: 2 * thin, colour: colours.accent, alpha: 1 })
}

/** Distance between a node and the ring around it, in graph units. */
const GAP = 2.5

function paintRing(
  ctx: CanvasRenderingContext2D,
  { width, height, radius }: { width: number; height: number; radius: number },
  { line, colour, alpha }: { line: number; colour: string; alpha: number },
) {
  ctx.save()
  ctx.globalAlpha *= alpha
  ctx.strokeStyle = colour
  ctx.lineWidth = line
  addBox(ctx, -GAP, -TITLE - GAP, width + 2 * GAP, height + 2 * GAP, radius && radius + GAP)
  ctx.stroke()
  ctx.restore()
}

function paintTitle(
  node: PaintedNode,
  state: NodeState,
  width: number,
  tint: string,
  { ctx, colours, clock }: PaintContext,
) {
  const middle = -TITLE / 2
  if (state === 'running' && progressShare(node) === undefined) {
    ctx.strokeStyle = tint
    ctx.lineWidth = 2
    ctx.beginPath()
    ctx.arc(15, middle, 4.5, clock * 5, clock * 5 + 4.2)
    ctx.stroke()
  } else if (node.overDot) paintArrow(node, ctx, middle, tint)
  else {
    ctx.fillStyle = tint
    ctx.beginPath()
    ctx.arc(15, middle, 4, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.font = `560 13px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  ctx.fillStyle = isPaler(node) ? colours.nodeFaint : colours.nodeTitle
  const mark = state === 'done' || state === 'cached' || state === 'fault'
  ctx.fillText(
    fitLabel(ctx, toLabel(node.getTitle()), width - 28 - (mark ? 26 : 10)),
    27,
    middle + 0.5,
  )
  if (mark) paintMark(state, width - 17, middle, colours, ctx)
  ctx.textBaseline = 'alphabetic'
}

/** Paints the arrow that collapses a node, or expands it. */
function paintArrow(
  { flags }: PaintedNode,
  ctx: CanvasRenderingContext2D,
  middle: number,
  colour: string,
) {
  ctx.strokeStyle = colour
  ctx.lineWidth = 2
  ctx.beginPath()
  for (const [along, aside] of [
    [-2, -4],
    [2, 0],
    [-2, 4],
  ])
    ctx.lineTo(15 + (flags.collapsed ? along : aside), middle + (flags.collapsed ? aside : along))
  ctx.stroke()
}

/** Paints a tick for a node that has run, a dim "=" for a cached result, or "!" for a fault. */
function paintMark(
  state: NodeState,
  x: number,
  y: number,
  colours: Colours,
  ctx: CanvasRenderingContext2D,
) {
  ctx.save()
  ctx.lineWidth = 1.8
  ctx.lineCap = ctx.lineJoin = 'round'
  ctx.strokeStyle = ctx.fillStyle =
    state === 'fault' ? colours.danger : state === 'done' ? colours.good : colours.nodeFaint
  if (state === 'cached') ctx.globalAlpha *= 0.75
  ctx.beginPath()
  if (state === 'fault') {
    ctx.moveTo(x, y - 5)
    ctx.lineTo(x, y + 1)
    ctx.moveTo(x, y + 5)
    ctx.lineTo(x, y + 5.01)
  } else if (state === 'cached') {
    ctx.moveTo(x - 4, y - 2.2)
    ctx.lineTo(x + 4, y - 2.2)
    ctx.moveTo(x - 4, y + 2.2)
    ctx.lineTo(x + 4, y + 2.2)
  } else {
    ctx.moveTo(x - 4, y)
    ctx.lineTo(x - 1, y + 3)
    ctx.lineTo(x + 4.5, y - 3.5)
  }
  ctx.stroke()
  ctx.restore()
}
