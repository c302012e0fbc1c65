// Paints the widgets of a node, and sets their `last_y`, by which litegraph finds the one under the
// pointer.
import { valueAsNumber, valueAsText } from '../../../engine/base/quote.ts'
import {
  discRadius,
  drawPoints,
  drawingSquare,
  type DrawingColours,
} from '../../../litegraph/pointDrawing.ts'
import { ARROW } from '../../../litegraph/numberWidget.ts'
import { formatControlValue } from '../../../workflow/controlSpec.ts'
import { drawNote } from '../../../litegraph/richText.ts'
import { darkTheme, lightTheme } from '../../../painters/theme.ts'
import { fitLabel } from '../../../painters/frame.ts'
import { texts, translateWorkflow } from '../../texts/texts.ts'
import type { Colours } from '../../ui/theme.ts'
import { OVERVIEW } from './overview.ts'
import type { PaintedNode, PaintedWidget, PaintContext } from './painting.ts'
import { addBox } from './painting.ts'

const [MARGIN, ROW] = [12, 20]
/** Middle of the text in a row. */
const TEXT_Y = ROW / 2 + 0.5

/** A widget to paint, and where. */
interface WidgetPaint {
  node: PaintedNode
  widget: PaintedWidget
  width: number
  y: number
  /** True while the user drags the widget. */
  active: boolean
}

/** Paints widgets as rows with name and value, except those with their own `draw`. */
export function paintWidgets(
  node: PaintedNode,
  top: number,
  activeWidget: PaintedWidget | undefined,
  context: PaintContext,
) {
  const { ctx } = context
  let y = node.widgets_start_y ?? (node.widgets_up ? 2 : top + 2)
  const nodeWidth = node.size[0]
  for (const widget of node.widgets ?? []) {
    if (widget.y) y = widget.y
    widget.last_y = y
    const width = widget.width ?? nodeWidth
    ctx.save()
    if (widget.disabled || hasNoEffect(node, widget)) ctx.globalAlpha *= 0.45
    paintWidget({ node, widget, width, y, active: widget === activeWidget }, context)
    ctx.restore()
    y += (widget.computeSize ? widget.computeSize(nodeWidth)[1] : ROW) + 4
  }
}

function paintWidget(paint: WidgetPaint, context: PaintContext) {
  const { node, widget, width, y } = paint
  if (widget.type === 'diffusion/paragraph') paintParagraph(paint, context)
  else if (widget.type === 'diffusion/drawing') paintDrawing(paint, context)
  else if (widget.draw && !rowTypes.has(widget.type)) widget.draw(context.ctx, node, width, y, ROW)
  else paintRow(paint, context)
}

function hasNoEffect(
  { diffusion, inputs }: PaintedNode,
  { options: { property } }: PaintedWidget,
): boolean {
  const input = diffusion?.declaration.params[property ?? '']?.unless
  return (
    input !== undefined && Boolean(inputs?.some(({ name, link }) => name === input && link != null))
  )
}

const rowTypes = new Set([
  'number',
  'slider',
  'combo',
  'text',
  'string',
  'toggle',
  'button',
  'diffusion/number',
])

function paintRow(paint: WidgetPaint, context: PaintContext) {
  const { widget, width, y, active } = paint
  const { ctx, colours, scale } = context
  const inner = width - 2 * MARGIN
  addBox(ctx, MARGIN, y, inner, ROW, 5)
  ctx.fillStyle = colours.widget
  ctx.fill()
  paintSliderBar(paint, context)
  ctx.lineWidth = 1
  ctx.strokeStyle = active ? colours.accent : colours.widgetLine
  addBox(ctx, MARGIN, y, inner, ROW, 5)
  ctx.stroke()
  if (scale < OVERVIEW) return
  ctx.font = `400 11.5px ${colours.font}`
  ctx.textBaseline = 'middle'
  if (widget.type === 'button') paintButtonLabel(paint, context)
  else {
    if (hasArrows(paint)) paintStepArrows(paint, context)
    paintNameAndValue(paint, context)
  }
  ctx.textBaseline = 'alphabetic'
  ctx.textAlign = 'left'
}

/** True for a number that is no slider: a click at its ends changes it by a step. */
function hasArrows(paint: WidgetPaint): boolean {
  const param = widgetParam(paint)
  return paint.widget.type === 'diffusion/number' && !(param?.kind === 'number' && param.slider)
}

/** Paints the arrows as two buttons, each up to a line. */
function paintStepArrows({ width, y }: WidgetPaint, { ctx, colours }: PaintContext) {
  ctx.lineWidth = 1
  ctx.strokeStyle = colours.widgetLine
  ctx.beginPath()
  for (const x of [ARROW, width - ARROW]) {
    ctx.moveTo(x, y + 3)
    ctx.lineTo(x, y + ROW - 3)
  }
  ctx.stroke()
  ctx.strokeStyle = colours.nodeFaint
  ctx.lineWidth = 1.3
  ctx.beginPath()
  for (const [middle, side] of [
    [(MARGIN + ARROW) / 2, -1],
    [width - (MARGIN + ARROW) / 2, 1],
  ]) {
    ctx.moveTo(middle - 1.8 * side, y + ROW / 2 - 3.5)
    ctx.lineTo(middle + 1.8 * side, y + ROW / 2)
    ctx.lineTo(middle - 1.8 * side, y + ROW / 2 + 3.5)
  }
  ctx.stroke()
}

const widgetParam = ({ node, widget }: WidgetPaint) =>
  node.diffusion?.declaration.params[widget.options.property ?? '']

/** Fills the row of a slider up to its value. */
function paintSliderBar(paint: WidgetPaint, { ctx, colours }: PaintContext) {
  const { widget, width, y, active } = paint
  const param = widgetParam(paint)
  if (widget.type !== 'slider' && !(param?.kind === 'number' && param.slider)) return
  const { min = 0, max = 1 } = widget.options
  const share = Math.min(1, Math.max(0, (valueAsNumber(widget.value) - min) / (max - min || 1)))
  ctx.save()
  ctx.clip()
  ctx.globalAlpha *= active ? 0.42 : 0.3
  ctx.fillStyle = colours.accent
  ctx.fillRect(MARGIN, y, (width - 2 * MARGIN) * share, ROW)
  ctx.restore()
}

function paintButtonLabel({ node, widget, width, y }: WidgetPaint, { ctx, colours }: PaintContext) {
  widget.clicked = false
  ctx.textAlign = 'center'
  ctx.fillStyle = colours.nodeText
  const label = fitLabel(ctx, fileLabel(node, widget), width - 2 * MARGIN - 16)
  ctx.fillText(label, width / 2, y + TEXT_Y)
}

function paintNameAndValue(paint: WidgetPaint, { ctx, colours }: PaintContext) {
  const { widget, width, y } = paint
  ctx.textAlign = 'right'
  ctx.fillStyle = isOutOfRange(paint) ? colours.danger : colours.nodeTitle
  const inset = hasArrows(paint) ? ARROW + 5 : MARGIN + 9
  const room = width - 2 * inset
  const value = fitLabel(ctx, formatWidgetValue(widget), room * 0.6)
  const edge = width - inset
  if (widget.type === 'toggle') paintSwitch(ctx, edge, y + ROW / 2, Boolean(widget.value), colours)
  else ctx.fillText(value, edge - (widget.type === 'combo' ? 10 : 0), y + TEXT_Y)
  if (widget.type === 'combo') paintChevron(ctx, edge - 2, y + ROW / 2, colours.nodeFaint)
  ctx.textAlign = 'left'
  ctx.fillStyle = colours.nodeFaint
  const valueWidth = widget.type === 'toggle' ? 26 : ctx.measureText(value).width
  const name = fitLabel(ctx, widget.label ?? widget.name, room - valueWidth - 14)
  ctx.fillText(name, inset, y + TEXT_Y)
}

function isOutOfRange(paint: WidgetPaint): boolean {
  const param = widgetParam(paint)
  const value = valueAsNumber(paint.widget.value)
  return param?.kind === 'number' && !(value >= param.min && value <= param.max)
}

/** Returns the name of the chosen file, or a prompt to choose one. */
function fileLabel(
  { properties, diffusion }: PaintedNode,
  { options: { property = '' }, label, name }: PaintedWidget,
): string {
  const kind = diffusion?.declaration.params[property]?.kind
  const asks = kind === 'checkpoint' || kind === 'dataset' ? texts.canvas.choose[kind] : undefined
  return (properties[property] ? undefined : asks) ?? label ?? name
}

function formatWidgetValue(widget: PaintedWidget): string {
  const { value, options } = widget
  const values = options.values
  if (widget.type === 'combo' && values && typeof values === 'object' && !Array.isArray(values)) {
    return valueAsText((values as Record<string, unknown>)[valueAsText(value)] ?? value)
  }
  return formatControlValue(value)
}

function paintSwitch(
  ctx: CanvasRenderingContext2D,
  right: number,
  y: number,
  on: boolean,
  colours: Colours,
) {
  ctx.fillStyle = on ? colours.accent : colours.nodeLine
  addBox(ctx, right - 20, y - 5.5, 20, 11, 5.5)
  ctx.fill()
  ctx.fillStyle = on ? colours.node : colours.nodeFaint
  ctx.beginPath()
  ctx.arc(on ? right - 5.5 : right - 14.5, y, 3.7, 0, 2 * Math.PI)
  ctx.fill()
}

function paintChevron(ctx: CanvasRenderingContext2D, x: number, y: number, colour: string) {
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.3
  ctx.beginPath()
  ctx.moveTo(x - 3.5, y - 1.8)
  ctx.lineTo(x, y + 1.8)
  ctx.lineTo(x + 3.5, y - 1.8)
  ctx.stroke()
}

function paintParagraph({ node, widget, y }: WidgetPaint, { ctx, colours }: PaintContext) {
  const [width, height] = [node.size[0], Math.max(20, node.size[1] - y - 8)]
  ctx.beginPath()
  ctx.rect(MARGIN, y, width - 2 * MARGIN, height)
  ctx.clip()
  const text = String(node.properties[widget.options.property ?? ''] ?? '')
  ctx.textAlign = 'left'
  ctx.fillStyle = text ? colours.nodeTitle : colours.nodeFaint
  const shown = translateWorkflow(text) || texts.canvas.write
  drawNote(ctx, shown, { x: MARGIN, y, width: width - 2 * MARGIN, height }, colours.font)
}

function paintDrawing({ node, widget, y }: WidgetPaint, { ctx, colours }: PaintContext) {
  const points = node.properties[widget.options.property ?? '']
  const square = drawingSquare(node.size, y)
  drawPoints(ctx, Array.isArray(points) ? points : [], square, {
    colours: drawingColours(colours),
    words: texts.drawing,
    radius: discRadius(node.properties, widget.options.radius, square),
  })
}

/** Returns the colours of the point drawing square in the current theme. */
export function drawingColours({
  widget: ground,
  widgetLine: grid,
  nodeLine: line,
  nodeFaint: text,
  dark,
}: Colours): DrawingColours {
  const [point] = (dark ? darkTheme : lightTheme).series
  return { ground, grid, line, text, point: point }
}
