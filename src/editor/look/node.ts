// Body, border and title of a node, and what a run says of it. Paints what it is given and changes nothing.
import type { NodeState } from '../../nodes/litegraph/node.ts'
import { wrap } from '../../nodes/litegraph/widgets.ts'
import { shorten } from '../../nodes/views/canvas.ts'
import type { Colours } from '../theme.ts'
import type { Painted, Painting } from './painting.ts'
import { box, TINY, TITLE } from './painting.ts'
import { paintShadow } from './shadow.ts'

const radiusAt = (scale: number) => (scale < TINY ? 0 : 9)

/** Does not run. */
const isQuiet = ({ part = 'runs' }: Painted) => part !== 'runs'

const heightOf = ({ flags }: Painted, size: readonly [number, number]) => (flags.collapsed ? 0 : size[1]) + TITLE

/** The shadow that a node throws on what is below it. */
export function paintGround(node: Painted, size: readonly [number, number], { ctx, colours, scale }: Painting) {
  if (scale <= 0.45) return
  const look = { radius: radiusAt(scale), blur: 14, offset: 4, colour: colours.shadow }
  paintShadow(ctx, 0, -TITLE, size[0], heightOf(node, size), look)
}

/** Body, title bar and what a run says of the node. Its own drawing goes on top, then {@link paintSlots}. */
export function paintBody(node: Painted, size: readonly [number, number], painting: Painting) {
  const { ctx, colours, scale } = painting
  const state = node.diffusion?.state ?? 'idle'
  const height = heightOf(node, size)
  const tint = colours.category(node.diffusion?.declaration.category ?? 'tools')

  const radius = radiusAt(scale)
  box(ctx, 0, -TITLE, size[0], height, radius)
  ctx.fillStyle = node.bgcolor ?? colours.node
  ctx.fill()

  // In the colour of its loop, to be told from what only lies there.
  const { globalAlpha } = ctx
  if (node.loop) {
    ctx.globalAlpha *= 0.08
    ctx.fillStyle = colours.category(node.loop)
    ctx.fill()
    ctx.globalAlpha = globalAlpha
  }
  if (height > TITLE && radius > 0) {
    ctx.beginPath()
    ctx.roundRect(0, -TITLE, size[0], TITLE, [radius, radius, 0, 0])
  } else box(ctx, 0, -TITLE, size[0], TITLE, radius)
  ctx.globalAlpha *= colours.dark ? 0.13 : 0.1
  ctx.fillStyle = tint
  ctx.fill()
  ctx.globalAlpha = globalAlpha

  if (state === 'running' && shareOf(node) !== undefined) {
    ctx.fillStyle = tint
    ctx.fillRect(0, -2, size[0] * shareOf(node)!, 2)
  }
  paintBorder(node, state, size[0], height, tint, painting)
  if (scale >= OVERVIEW) paintTitle(node, state, size[0], tint, painting)
}

/** Below this zoom slots and values are too small to read: a node is its title, and what it shows. */
export const OVERVIEW = 0.4

/** The title as large as the node allows, so that a whole graph can be read from afar. */
export function paintOverview(
  node: Painted,
  size: readonly [number, number],
  { ctx, colours, scale }: Painting,
  inTitleBar: boolean,
) {
  const { lines, height } = overviewOf(node, size, { ctx, colours, scale }, inTitleBar)
  ctx.font = `560 ${height}px ${colours.font}`
  ctx.fillStyle = isQuiet(node) ? colours.nodeFaint : colours.nodeTitle
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  const middle = inTitleBar ? -TITLE / 2 : (size[1] - TITLE) / 2
  lines.forEach((line, i) => ctx.fillText(line, size[0] / 2, middle + (i - (lines.length - 1) / 2) * height * 1.1))
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
}

interface Overview {
  key: string
  lines: readonly string[]
  height: number
}
const overviews = new WeakMap<object, Overview>()

/** Its lines and their height, found once for a title, size and zoom: to measure text takes longer than all else here. */
function overviewOf(
  node: Painted,
  size: readonly [number, number],
  { ctx, colours, scale }: Pick<Painting, 'ctx' | 'colours' | 'scale'>,
  inTitleBar: boolean,
): Overview {
  const title = node.getTitle()
  const key = `${scale} ${size[0]} ${size[1]} ${inTitleBar} ${colours.font} ${title}`
  const known = overviews.get(node)
  if (known?.key === key) return known
  const words = title.split(' ')
  const room = size[0] - 16
  ctx.font = `560 100px ${colours.font}`
  const whole = ctx.measureText(title).width / 100
  const widest = Math.max(...words.map((word) => ctx.measureText(word).width)) / 100
  const tall = size[1] + TITLE - 10
  const onOneLine = Math.min(room / whole, tall)
  const onOneEach = Math.min(room / widest, tall / words.length)
  const height = inTitleBar ? Math.min(TITLE - 4, 11 / scale) : Math.min(12 / scale, Math.max(onOneLine, onOneEach))
  ctx.font = `560 ${height}px ${colours.font}`
  const overview = { key, height, lines: inTitleBar ? [shorten(ctx, title, room)] : wrap(ctx, title, room) }
  overviews.set(node, overview)
  return overview
}

const shareOf = ({ diffusion }: Painted): number | undefined =>
  diffusion?.progress?.count ? Math.min(1, diffusion.progress.index / diffusion.progress.count) : undefined

function paintBorder(
  node: Painted,
  state: NodeState,
  width: number,
  height: number,
  tint: string,
  { ctx, colours, scale }: Painting,
) {
  const thin = Math.max(1, 1 / scale)
  const fault = state === 'fault' || node.has_errors
  ctx.lineWidth = thin
  const loop = node.loop && state !== 'running' && !fault && !node.mouseOver ? colours.category(node.loop) : undefined
  ctx.strokeStyle = fault
    ? colours.danger
    : state === 'running'
      ? tint
      : node.mouseOver
        ? colours.nodeFaint
        : (loop ?? colours.nodeLine)
  if (fault || state === 'running') ctx.lineWidth = 1.5 * thin
  const radius = radiusAt(scale)
  box(ctx, 0, -TITLE, width, height, radius)
  if (node.has_errors || node.part === 'bypassed') ctx.setLineDash([5, 4])
  const { globalAlpha } = ctx
  // What runs is brighter.
  if (loop) ctx.globalAlpha *= 0.65
  ctx.stroke()
  ctx.globalAlpha = globalAlpha
  ctx.setLineDash([])
  if (fault || (state === 'running' && !node.is_selected))
    ring(ctx, width, height, radius, 4, fault ? colours.danger : tint, 0.22)
  if (node.diffusion?.next) ring(ctx, width, height, radius, 3.5 * Math.max(1, thin), colours.accent, 0.9)
  if (node.is_selected) ring(ctx, width, height, radius, 2 * thin, colours.accent, 1)
}

/** Between a node and the ring around it. */
const GAP = 2.5

function ring(
  ctx: CanvasRenderingContext2D,
  width: number,
  height: number,
  radius: number,
  line: number,
  colour: string,
  alpha: number,
) {
  ctx.save()
  ctx.globalAlpha *= alpha
  ctx.strokeStyle = colour
  ctx.lineWidth = line
  box(ctx, -GAP, -TITLE - GAP, width + 2 * GAP, height + 2 * GAP, radius && radius + GAP)
  ctx.stroke()
  ctx.restore()
}

function paintTitle(node: Painted, state: NodeState, width: number, tint: string, { ctx, colours, clock }: Painting) {
  const middle = -TITLE / 2
  if (state === 'running' && shareOf(node) === undefined) {
    ctx.strokeStyle = tint
    ctx.lineWidth = 2
    ctx.beginPath()
    ctx.arc(15, middle, 4.5, clock * 5, clock * 5 + 4.2)
    ctx.stroke()
  } else {
    ctx.fillStyle = tint
    ctx.beginPath()
    ctx.arc(15, middle, 4, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.font = `560 13px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  ctx.fillStyle = isQuiet(node) ? colours.nodeFaint : colours.nodeTitle
  const mark = state === 'done' || state === 'cached' || state === 'fault'
  ctx.fillText(shorten(ctx, node.getTitle(), width - 28 - (mark ? 26 : 10)), 27, middle + 0.5)
  if (mark) paintMark(state, width - 17, middle, colours, ctx)
  ctx.textBaseline = 'alphabetic'
}

/** A tick where the node has run, a dim = where its result was kept from before, an exclamation mark for a fault. */
function paintMark(state: NodeState, x: number, y: number, colours: Colours, ctx: CanvasRenderingContext2D) {
  ctx.save()
  ctx.lineWidth = 1.8
  ctx.lineCap = ctx.lineJoin = 'round'
  ctx.strokeStyle = ctx.fillStyle = state === 'fault' ? colours.danger : state === 'done' ? colours.good : colours.nodeFaint
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
