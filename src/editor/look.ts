// How nodes, slots, widgets and wires look on the canvas. Paints what it is given; changes nothing but what a widget
// needs to be hit by the pointer.
import type { View } from '../engine/plan/view.ts'
import { viewBox, viewHeight } from '../nodes/litegraph/body.ts'
import { drawPoints, squareOn } from '../nodes/litegraph/drawing.ts'
import type { DiffusionNode, NodeState, NodeStatus } from '../nodes/litegraph/node.ts'
import { formatNumber, wrap } from '../nodes/litegraph/widgets.ts'
import { darkTheme, lightTheme } from '../nodes/views/canvas.ts'
import { paintView as paintOn } from '../nodes/views/paint.ts'
import { declaredName } from '../nodes/workflow/slots.ts'
import { texts } from './texts.ts'
import type { Colours } from './theme.ts'

export interface PaintedSlot {
  name: string
  label?: string
  type: string | number
  link?: unknown
  links?: unknown[] | null
  shape?: number
}

export interface PaintedWidget {
  type: string
  name: string
  label?: string
  value: unknown
  options: { property?: string; min?: number; max?: number; values?: unknown }
  y?: number
  last_y?: number
  width?: number
  disabled?: boolean
  clicked?: boolean
  computeSize?(width: number): [number, number]
  draw?(ctx: CanvasRenderingContext2D, node: unknown, width: number, y: number, height: number): void
}

export interface Painted {
  pos: ArrayLike<number>
  size: ArrayLike<number>
  mode: number
  flags: { collapsed?: boolean }
  bgcolor?: string
  has_errors?: boolean
  is_selected?: boolean
  mouseOver?: boolean
  inputs?: PaintedSlot[]
  outputs?: PaintedSlot[]
  widgets?: PaintedWidget[]
  widgets_up?: boolean
  widgets_start_y?: number
  getTitle(): string
  diffusion?: NodeStatus
  properties: Record<string, unknown>
}

/** What a paint of all nodes has in common. */
export interface Painting {
  ctx: CanvasRenderingContext2D
  colours: Colours
  scale: number
  /** Seconds, for what turns; still where motion is unwelcome. */
  clock: number
  /** Whether a slot would take the wire that is being dragged; undefined while none is. */
  fits?: (node: Painted, side: 'input' | 'output', index: number) => boolean
  slotColour: (type: string) => string
}

export const TITLE = 30
const RADIUS = 9
const MUTED = 2

/** Body, title bar and what a run says of the node. Its own drawing goes on top, then {@link paintSlots}. */
export function paintBody(node: Painted, size: readonly [number, number], painting: Painting) {
  const { ctx, colours, scale } = painting
  const state = node.diffusion?.state ?? 'idle'
  const height = node.flags.collapsed ? TITLE : size[1] + TITLE
  const tint = colours.category(node.diffusion?.declaration.category ?? 'tools')

  ctx.save()
  if (scale > 0.45) {
    ctx.shadowColor = colours.shadow
    ctx.shadowBlur = 14 * scale
    ctx.shadowOffsetY = 4 * scale
  }
  box(ctx, 0, -TITLE, size[0], height, RADIUS)
  ctx.fillStyle = node.bgcolor ?? colours.node
  ctx.fill()
  ctx.restore()

  ctx.save()
  box(ctx, 0, -TITLE, size[0], height, RADIUS)
  ctx.clip()
  ctx.globalAlpha *= colours.dark ? 0.13 : 0.1
  ctx.fillStyle = tint
  ctx.fillRect(0, -TITLE, size[0], TITLE)
  ctx.restore()

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
  const title = node.getTitle()
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
  ctx.fillStyle = node.mode === MUTED ? colours.nodeFaint : colours.nodeTitle
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  const lines = inTitleBar ? [shorten(ctx, title, room)] : wrap(ctx, title, room)
  const middle = inTitleBar ? -TITLE / 2 : (size[1] - TITLE) / 2
  lines.forEach((line, i) => ctx.fillText(line, size[0] / 2, middle + (i - (lines.length - 1) / 2) * height * 1.1))
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
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
  ctx.strokeStyle = fault ? colours.danger : state === 'running' ? tint : node.mouseOver ? colours.nodeFaint : colours.nodeLine
  if (fault || state === 'running') ctx.lineWidth = 1.5 * thin
  box(ctx, 0, -TITLE, width, height, RADIUS)
  if (node.has_errors) ctx.setLineDash([5, 4])
  ctx.stroke()
  ctx.setLineDash([])
  if (fault || (state === 'running' && !node.is_selected)) ring(ctx, width, height, 2.5, 4, fault ? colours.danger : tint, 0.22)
  if (node.is_selected) ring(ctx, width, height, 2.5, 2 * thin, colours.accent, 1)
}

function ring(
  ctx: CanvasRenderingContext2D,
  width: number,
  height: number,
  gap: number,
  line: number,
  colour: string,
  alpha: number,
) {
  ctx.save()
  ctx.globalAlpha *= alpha
  ctx.strokeStyle = colour
  ctx.lineWidth = line
  box(ctx, -gap, -TITLE - gap, width + 2 * gap, height + 2 * gap, RADIUS + gap)
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
  ctx.fillStyle = node.mode === MUTED ? colours.nodeFaint : colours.nodeTitle
  const mark = state === 'done' || state === 'cached' || state === 'fault'
  ctx.fillText(shorten(ctx, node.getTitle(), width - 28 - (mark ? 26 : 10)), 27, middle + 0.5)
  if (mark) paintMark(state, width - 17, middle, colours, ctx)
  ctx.textBaseline = 'alphabetic'
}

/** A tick where the node is done, a dim one where its result was kept from before, an exclamation mark for a fault. */
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
  } else {
    ctx.moveTo(x - 4, y)
    ctx.lineTo(x - 1, y + 3)
    ctx.lineTo(x + 4.5, y - 3.5)
  }
  ctx.stroke()
  ctx.restore()
}

const textWidths = new Map<string, string>()

function shorten(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  const key = `${ctx.font}|${Math.round(width)}|${text}`
  const known = textWidths.get(key)
  if (known !== undefined) return known
  let short = text
  while (short.length > 1 && ctx.measureText(short + '…').width > width) short = short.slice(0, -1)
  if (textWidths.size > 2000) textWidths.clear()
  textWidths.set(key, short.trimEnd() + '…')
  return short.trimEnd() + '…'
}

// ---- slots

/** Positions of slots are relative to the node. Returns where widgets begin. */
export function paintSlots(
  node: Painted,
  positionOf: (side: 'input' | 'output', index: number) => readonly [number, number],
  painting: Painting,
): number {
  const { ctx, colours, scale } = painting
  const width = node.size[0]!
  let bottom = 0
  ctx.font = `400 12px ${colours.font}`
  ctx.textBaseline = 'middle'
  for (const side of ['input', 'output'] as const) {
    const slots = (side === 'input' ? node.inputs : node.outputs) ?? []
    slots.forEach((slot, index) => {
      const [x, y] = positionOf(side, index)
      bottom = Math.max(bottom, y + 10)
      ctx.save()
      const fits = painting.fits?.(node, side, index)
      if (fits === false) ctx.globalAlpha *= 0.28
      const wired = side === 'input' ? slot.link != null : Boolean(slot.links?.length)
      const colour = painting.slotColour(String(slot.type))
      const optional = side === 'input' && !wired && isOptional(node, slot.name)
      if (fits) halo(ctx, x, y, colour)
      const fault = node.diffusion?.state === 'fault' && side === 'input' && node.diffusion.fault?.slot === slot.name
      if (fault) circle(ctx, x, y, 9, colours.danger, 2)
      else if (side === 'input' && !wired && !optional) circle(ctx, x, y, 7.5, colour, 1.2)
      paintSlot(ctx, x, y, slot.shape ?? 3, colour, wired ? 'wired' : optional ? 'optional' : 'free', colours)
      if (scale > 0.5) {
        ctx.textAlign = side === 'input' ? 'left' : 'right'
        ctx.fillStyle = optional ? colours.nodeFaint : colours.nodeText
        ctx.fillText(shorten(ctx, slot.label ?? slot.name, width * 0.62), side === 'input' ? x + 11 : x - 11, y + 0.5)
      }
      ctx.restore()
    })
  }
  ctx.textBaseline = 'alphabetic'
  return bottom
}

function isOptional(node: Painted, name: string): boolean {
  const inputs = node.diffusion?.declaration.inputs
  const declared = inputs && declaredName(inputs, name)
  return Boolean(declared && (inputs[declared]!.optional || (inputs[declared]!.many && !name.endsWith('_1'))))
}

/** Around an input that is needed and not wired, or is at fault. */
function circle(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string, width: number) {
  ctx.strokeStyle = colour
  ctx.lineWidth = width
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.stroke()
}

function halo(ctx: CanvasRenderingContext2D, x: number, y: number, colour: string) {
  ctx.save()
  ctx.globalAlpha *= 0.3
  ctx.fillStyle = colour
  ctx.beginPath()
  ctx.arc(x, y, 9, 0, 2 * Math.PI)
  ctx.fill()
  ctx.restore()
}

function paintSlot(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  shape: number,
  colour: string,
  state: 'wired' | 'free' | 'optional',
  colours: Colours,
) {
  outline(ctx, x, y, shape)
  ctx.fillStyle = state === 'optional' ? colours.node : colour
  ctx.fill()
  // The ring in the node's colour lifts the slot off the border it sits on.
  ctx.lineWidth = 1.5
  ctx.strokeStyle = state === 'optional' ? colour : colours.node
  ctx.stroke()
}

/** litegraph's slot shapes, so that types differ by more than their colour. */
function outline(ctx: CanvasRenderingContext2D, x: number, y: number, shape: number) {
  ctx.beginPath()
  if (shape === 1) ctx.roundRect(x - 4.5, y - 4.5, 9, 9, 2)
  else if (shape === 5) {
    ctx.moveTo(x + 6.5, y)
    ctx.lineTo(x - 4, y + 5.5)
    ctx.lineTo(x - 4, y - 5.5)
    ctx.closePath()
  } else if (shape === 6) {
    ctx.moveTo(x, y - 6)
    ctx.lineTo(x + 6, y)
    ctx.lineTo(x, y + 6)
    ctx.lineTo(x - 6, y)
    ctx.closePath()
  } else ctx.arc(x, y, 4.75, 0, 2 * Math.PI)
}

// ---- widgets

const [MARGIN, ROW] = [12, 20]

/** Rows of name and value; a widget that draws itself does. The geometry is litegraph's, which finds them by `last_y`. */
export function paintWidgets(node: Painted, top: number, active: PaintedWidget | undefined, { ctx, colours, scale }: Painting) {
  let y = node.widgets_start_y ?? (node.widgets_up ? 2 : top + 2)
  const width = node.size[0]!
  for (const widget of node.widgets ?? []) {
    if (widget.y) y = widget.y
    widget.last_y = y
    ctx.save()
    if (widget.disabled || hasNoEffect(node, widget)) ctx.globalAlpha *= 0.45
    if (widget.type === 'diffusion/paragraph') paintParagraph(node, widget, y, ctx, colours)
    else if (widget.type === 'diffusion/drawing') paintDrawing(node, widget, y, ctx, colours)
    else if (widget.draw && !ownRows.has(widget.type)) widget.draw(ctx, node, widget.width ?? width, y, ROW)
    else paintRow(node, widget, widget.width ?? width, y, widget === active, ctx, colours, scale)
    ctx.restore()
    y += (widget.computeSize ? widget.computeSize(width)[1] : ROW) + 4
  }
}

function hasNoEffect({ diffusion, inputs }: Painted, { options: { property } }: PaintedWidget): boolean {
  const input = diffusion?.declaration.params[property ?? '']?.unless
  return input !== undefined && Boolean(inputs?.some(({ name, link }) => name === input && link != null))
}

const ownRows = new Set(['number', 'slider', 'combo', 'text', 'string', 'toggle', 'button', 'diffusion/number'])

function paintRow(
  node: Painted,
  widget: PaintedWidget,
  width: number,
  y: number,
  active: boolean,
  ctx: CanvasRenderingContext2D,
  colours: Colours,
  scale: number,
) {
  const inner = width - 2 * MARGIN
  box(ctx, MARGIN, y, inner, ROW, 5)
  ctx.fillStyle = colours.widget
  ctx.fill()
  const param = node.diffusion?.declaration.params[widget.options.property ?? '']
  if (widget.type === 'slider' || (param?.kind === 'number' && param.slider)) {
    const { min = 0, max = 1 } = widget.options
    const part = Math.min(1, Math.max(0, (Number(widget.value) - min) / (max - min || 1)))
    ctx.save()
    ctx.clip()
    ctx.globalAlpha *= active ? 0.42 : 0.3
    ctx.fillStyle = colours.accent
    ctx.fillRect(MARGIN, y, inner * part, ROW)
    ctx.restore()
  }
  ctx.lineWidth = 1
  ctx.strokeStyle = active ? colours.accent : colours.widgetLine
  box(ctx, MARGIN, y, inner, ROW, 5)
  ctx.stroke()
  if (scale <= 0.5) return
  ctx.font = `400 11.5px ${colours.font}`
  ctx.textBaseline = 'middle'
  const middle = y + ROW / 2 + 0.5
  if (widget.type === 'button') {
    widget.clicked = false
    ctx.textAlign = 'center'
    ctx.fillStyle = colours.nodeText
    ctx.fillText(shorten(ctx, widget.label ?? widget.name, inner - 16), width / 2, middle)
  } else {
    const value = valueOf(widget)
    ctx.textAlign = 'right'
    const wrong = param?.kind === 'number' && !(Number(widget.value) >= param.min && Number(widget.value) <= param.max)
    ctx.fillStyle = wrong ? colours.danger : colours.nodeTitle
    const room = inner - 18
    const short = shorten(ctx, value, room * 0.6)
    const edge = width - MARGIN - 9
    if (widget.type === 'toggle') paintSwitch(ctx, edge, y + ROW / 2, Boolean(widget.value), colours)
    else ctx.fillText(short, edge - (widget.type === 'combo' ? 10 : 0), middle)
    if (widget.type === 'combo') chevron(ctx, edge - 2, y + ROW / 2, colours.nodeFaint)
    ctx.textAlign = 'left'
    ctx.fillStyle = colours.nodeFaint
    const taken = widget.type === 'toggle' ? 26 : ctx.measureText(short).width
    ctx.fillText(shorten(ctx, widget.label ?? widget.name, room - taken - 14), MARGIN + 9, middle)
  }
  ctx.textBaseline = 'alphabetic'
  ctx.textAlign = 'left'
}

function valueOf(widget: PaintedWidget): string {
  const { value, options } = widget
  if (typeof value === 'number') return formatNumber(value)
  const values = options.values
  if (widget.type === 'combo' && values && typeof values === 'object' && !Array.isArray(values)) {
    return String((values as Record<string, unknown>)[String(value)] ?? value)
  }
  return String(value ?? '')
}

function paintSwitch(ctx: CanvasRenderingContext2D, right: number, y: number, on: boolean, colours: Colours) {
  ctx.fillStyle = on ? colours.accent : colours.nodeLine
  box(ctx, right - 20, y - 5.5, 20, 11, 5.5)
  ctx.fill()
  ctx.fillStyle = on ? colours.node : colours.nodeFaint
  ctx.beginPath()
  ctx.arc(on ? right - 5.5 : right - 14.5, y, 3.7, 0, 2 * Math.PI)
  ctx.fill()
}

function chevron(ctx: CanvasRenderingContext2D, x: number, y: number, colour: string) {
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.3
  ctx.beginPath()
  ctx.moveTo(x - 3.5, y - 1.8)
  ctx.lineTo(x, y + 1.8)
  ctx.lineTo(x + 3.5, y - 1.8)
  ctx.stroke()
}

function paintParagraph(node: Painted, widget: PaintedWidget, y: number, ctx: CanvasRenderingContext2D, colours: Colours) {
  const [width, height] = [node.size[0]!, Math.max(20, node.size[1]! - y - 8)]
  ctx.beginPath()
  ctx.rect(MARGIN, y, width - 2 * MARGIN, height)
  ctx.clip()
  const text = String(node.properties[widget.options.property ?? ''] ?? '')
  ctx.font = `400 13px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.fillStyle = text ? colours.nodeTitle : colours.nodeFaint
  wrap(ctx, text || texts.canvas.write, width - 2 * MARGIN).forEach((line, i) => ctx.fillText(line, MARGIN, y + 15 + i * 19))
}

function paintDrawing(node: Painted, widget: PaintedWidget, y: number, ctx: CanvasRenderingContext2D, colours: Colours) {
  const points = node.properties[widget.options.property ?? '']
  const { widget: ground, widgetLine: grid, nodeLine: line, nodeFaint: text } = colours
  const [point] = (colours.dark ? darkTheme : lightTheme).series
  drawPoints(ctx, Array.isArray(points) ? points : [], squareOn(node.size, y), { ground, grid, line, text, point: point! })
}

// ---- views

interface Cached {
  view: View
  key: string
  bitmap: OffscreenCanvas
}
const bitmaps = new WeakMap<object, Cached>()

/** What an observer shows, painted once for a size, zoom and theme: panning then only copies pixels. */
export function paintView(node: DiffusionNode, { ctx, colours, scale }: Painting, pixelRatio: number) {
  const { view, declaration } = node.diffusion
  const box = viewBox(node, node.computeSize()[1]! - viewHeight(declaration))
  if (box.width < 20 || box.height < 20) return
  if (!view) {
    paintNoView(ctx, box, colours)
    return
  }
  const dense = scale * pixelRatio
  const [width, height] = [Math.ceil(box.width * dense), Math.ceil(box.height * dense)]
  const theme = { ...(colours.dark ? darkTheme : lightTheme), ground: colours.widget }
  // Beyond this, painting directly is cheaper than holding the pixels.
  if (width * height > 4e6) {
    paintOn(ctx, view, box, theme)
    return
  }
  const key = `${dense} ${width} ${height} ${colours.dark}`
  let cached = bitmaps.get(node)
  if (cached?.view !== view || cached.key !== key) {
    const bitmap = new OffscreenCanvas(width, height)
    const inner = bitmap.getContext('2d')!
    inner.scale(dense, dense)
    paintOn(inner as unknown as CanvasRenderingContext2D, view, { x: 0, y: 0, width: box.width, height: box.height }, theme)
    cached = { view, key, bitmap }
    bitmaps.set(node, cached)
  }
  // On whole pixels of the screen: between two, every line of the picture would blur.
  const { a, d, e, f } = ctx.getTransform()
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, Math.round(e + box.x * a), Math.round(f + box.y * d))
  ctx.drawImage(cached.bitmap, 0, 0)
  ctx.restore()
}

function paintNoView(ctx: CanvasRenderingContext2D, { x, y, width, height }: ReturnType<typeof viewBox>, colours: Colours) {
  box(ctx, x, y, width, height, 6)
  ctx.fillStyle = colours.widget
  ctx.fill()
  ctx.fillStyle = colours.nodeFaint
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'center'
  ctx.fillText(texts.canvas.noView, x + width / 2, y + height / 2 + 4)
  ctx.textAlign = 'left'
}

// ---- wires

export interface WireLook {
  colour: string
  wide: boolean
  /** The wire that joins the ends of a loop. */
  loop: boolean
  alpha: number
}

/** A calm S from left to right, however the ends lie. */
export function paintWire(ctx: CanvasRenderingContext2D, a: ArrayLike<number>, b: ArrayLike<number>, look: WireLook) {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!]
  const reach = dx > 0 ? Math.max(28, dx * 0.45) : Math.min(160, 40 + Math.abs(dx) * 0.35 + Math.abs(dy) * 0.2)
  ctx.save()
  ctx.globalAlpha *= look.alpha
  ctx.strokeStyle = look.colour
  ctx.lineWidth = look.wide ? 3.2 : look.loop ? 2.4 : 2
  ctx.lineCap = 'round'
  if (look.loop) ctx.setLineDash([1, 7])
  ctx.beginPath()
  ctx.moveTo(a[0]!, a[1]!)
  ctx.bezierCurveTo(a[0]! + reach, a[1]!, b[0]! - reach, b[1]!, b[0]!, b[1]!)
  ctx.stroke()
  ctx.restore()
}

/** Evenly spaced dots; `offset` and `scale` are the camera's, everything in device pixels. */
export function paintGrid(
  ctx: CanvasRenderingContext2D,
  width: number,
  height: number,
  camera: { x: number; y: number; scale: number },
  colours: Colours,
) {
  ctx.fillStyle = colours.canvas
  ctx.fillRect(0, 0, width, height)
  let step = 24 * camera.scale
  while (step < 14) step *= 4
  const dot = Math.max(1, Math.min(2.5, camera.scale * 1.6))
  ctx.fillStyle = colours.canvasDot
  const [left, top] = [mod(camera.x * camera.scale, step), mod(camera.y * camera.scale, step)]
  for (let x = left - step; x < width + step; x += step) {
    for (let y = top - step; y < height + step; y += step) ctx.fillRect(x - dot / 2, y - dot / 2, dot, dot)
  }
}

const mod = (value: number, by: number) => ((value % by) + by) % by

function box(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number) {
  ctx.beginPath()
  ctx.roundRect(x, y, width, height, radius)
}

/** Words beside the pointer. */
export function paintTip(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  lines: readonly string[],
  colours: Colours,
  tint: string,
) {
  ctx.save()
  ctx.font = `400 12px ${colours.font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const width = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 22
  const height = lines.length * 17 + 12
  ctx.shadowColor = colours.shadow
  ctx.shadowBlur = 12
  box(ctx, x, y, width, height, 7)
  ctx.fillStyle = colours.surface
  ctx.fill()
  ctx.shadowColor = 'transparent'
  ctx.fillStyle = tint
  ctx.fillRect(x, y + 7, 2.5, height - 14)
  ctx.fillStyle = colours.text
  lines.forEach((line, i) => ctx.fillText(line, x + 12, y + 15 + i * 17))
  ctx.restore()
}
