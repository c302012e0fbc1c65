// Widgets of a node. Writes down where each is, for litegraph to find it under the pointer.
import { drawPoints, squareOn, type DrawingLook } from '../../nodes/litegraph/drawing.ts'
import { formatNumber, wrap } from '../../nodes/litegraph/widgets.ts'
import { darkTheme, lightTheme, shorten } from '../../nodes/views/canvas.ts'
import { texts, translated } from '../texts.ts'
import type { Colours } from '../theme.ts'
import { OVERVIEW } from './node.ts'
import type { Painted, PaintedWidget, Painting } from './painting.ts'
import { box } from './painting.ts'

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
  if (scale < OVERVIEW) return
  ctx.font = `400 11.5px ${colours.font}`
  ctx.textBaseline = 'middle'
  const middle = y + ROW / 2 + 0.5
  if (widget.type === 'button') {
    widget.clicked = false
    ctx.textAlign = 'center'
    ctx.fillStyle = colours.nodeText
    ctx.fillText(shorten(ctx, fileOf(node, widget), inner - 16), width / 2, middle)
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

/** The name of the file that is chosen, or which kind is to be. */
function fileOf({ properties, diffusion }: Painted, { options: { property = '' }, label, name }: PaintedWidget): string {
  const kind = diffusion?.declaration.params[property]?.kind
  const asks = kind === 'checkpoint' || kind === 'dataset' ? texts.canvas.choose[kind] : undefined
  return (properties[property] ? undefined : asks) ?? label ?? name
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
  wrap(ctx, translated(text) || texts.canvas.write, width - 2 * MARGIN).forEach((line, i) =>
    ctx.fillText(line, MARGIN, y + 15 + i * 19),
  )
}

function paintDrawing(node: Painted, widget: PaintedWidget, y: number, ctx: CanvasRenderingContext2D, colours: Colours) {
  const points = node.properties[widget.options.property ?? '']
  drawPoints(ctx, Array.isArray(points) ? points : [], squareOn(node.size, y), drawingLook(colours), texts.drawing)
}

/** The square for points by hand in the colours that are on. */
export function drawingLook({ widget: ground, widgetLine: grid, nodeLine: line, nodeFaint: text, dark }: Colours): DrawingLook {
  const [point] = (dark ? darkTheme : lightTheme).series
  return { ground, grid, line, text, point: point! }
}
