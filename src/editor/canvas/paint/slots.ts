// Paints the slots of a node: shaped by type, hollow if a wire is optional.
import { toLabel } from '../../../painters/cutText.ts'
import { fitLabel } from '../../../painters/frame.ts'
import { declaredName, type Side } from '../../../workflow/slots.ts'
import type { Colours } from '../../ui/theme.ts'
import { TITLE } from '../../graph/nodeSize.ts'
import type { PaintedNode, PaintedSlot, PaintContext } from './painting.ts'
import { TINY } from './painting.ts'

const slotFont = ({ font }: Colours) => `400 12px ${font}`

/** A slot to paint. Its position is relative to the node. */
interface SlotPaint {
  node: PaintedNode
  side: Side
  index: number
  slot: PaintedSlot
  x: number
  y: number
}

type SlotState = 'wired' | 'free' | 'optional'

/**
 * Paints all slots. Returns the y position at which widgets begin.
 * @param getSlotPosition position of a slot, relative to the node
 */
export function paintSlots(
  node: PaintedNode,
  getSlotPosition: (side: Side, index: number) => readonly [number, number],
  context: PaintContext,
): number {
  const { ctx, colours, scale } = context
  let bottom = 0
  let [hidden, below] = [false, 14]
  ctx.font = slotFont(colours)
  ctx.textBaseline = 'middle'
  for (const side of ['input', 'output'] as const) {
    const slots = (side === 'input' ? node.inputs : node.outputs) ?? []
    slots.forEach((slot, index) => {
      const [x, y] = getSlotPosition(side, index)
      // A hidden input, see foldedInputs.ts.
      if (Number.isNaN(y)) return void (hidden = true)
      if (side === 'input') below = y + 12
      bottom = Math.max(bottom, y + 10)
      const paint = { node, side, index, slot, x, y }
      if (scale < TINY && !context.fits) paintTinySlot(paint, context)
      else paintLabelledSlot(paint, context)
    })
  }
  ctx.textBaseline = 'alphabetic'
  if (hidden && !context.titlesOnly) paintHiddenMark(below, context)
  return bottom
}

/** Paints three dots below the inputs of a node that hides some. */
function paintHiddenMark(y: number, { ctx, colours }: PaintContext) {
  ctx.fillStyle = colours.nodeFaint
  for (const x of [6, 10, 14]) {
    ctx.beginPath()
    ctx.arc(x, y, 1.3, 0, 2 * Math.PI)
    ctx.fill()
  }
}

/** Paints a dot on each side of a collapsed node that has wires. */
export function paintCollapsedSlots(
  { inputs, outputs }: PaintedNode,
  width: number,
  { ctx, colours }: PaintContext,
) {
  ctx.fillStyle = colours.nodeFaint
  const paintDot = (x: number) => {
    ctx.beginPath()
    ctx.arc(x, -TITLE / 2, 4, 0, 2 * Math.PI)
    ctx.fill()
  }
  if (inputs?.some((slot) => slot.link != null)) paintDot(0)
  if (outputs?.some((slot) => slot.links?.length)) paintDot(width)
}

function paintTinySlot({ slot, x, y }: SlotPaint, { ctx, slotColour }: PaintContext) {
  ctx.fillStyle = slotColour(String(slot.type))
  ctx.fillRect(x - 4.5, y - 4.5, 9, 9)
}

function paintLabelledSlot(paint: SlotPaint, context: PaintContext) {
  const { node, side, index, slot, x, y } = paint
  const { ctx, colours } = context
  ctx.save()
  const fits = context.fits?.(node, side, index)
  if (fits === false) ctx.globalAlpha *= 0.28
  const colour = context.slotColour(String(slot.type))
  const state = slotState(paint)
  if (state === 'wired') paintWireEnd(paint, colour, ctx)
  if (fits) paintHalo(ctx, x, y, colour)
  if (hasFault(paint)) strokeCircle(ctx, x, y, 9, colours.danger, 2)
  else if (side === 'input' && state === 'free') strokeCircle(ctx, x, y, 7.5, colour, 1.2)
  paintSlotShape(paint, colour, state, context)
  if (!context.titlesOnly) paintSlotName(paint, state, context)
  ctx.restore()
}

/** Paints the end of a wire that the body of the node covers, from the border to the slot. */
function paintWireEnd({ node, side, x, y }: SlotPaint, colour: string, ctx: PaintContext['ctx']) {
  ctx.strokeStyle = colour
  ctx.lineWidth = 2
  ctx.beginPath()
  ctx.moveTo(side === 'input' ? 0 : node.size[0], y)
  ctx.lineTo(x, y)
  ctx.stroke()
}

function slotState({ node, side, slot }: SlotPaint): SlotState {
  if (side === 'output') return slot.links?.length ? 'wired' : 'free'
  if (slot.link != null) return 'wired'
  return isOptionalSlot(node, slot.name) ? 'optional' : 'free'
}

const hasFault = ({ node: { diffusion }, side, slot }: SlotPaint) =>
  diffusion?.state === 'fault' && side === 'input' && diffusion.fault?.slot === slot.name

function paintSlotName(paint: SlotPaint, state: SlotState, context: PaintContext) {
  const { node, side, slot, x, y } = paint
  const { ctx, colours } = context
  ctx.textAlign = side === 'input' ? 'left' : 'right'
  ctx.fillStyle = state === 'optional' ? colours.nodeFaint : colours.nodeText
  const name = fitLabel(ctx, toLabel(slot.label ?? slot.name), node.size[0] * 0.62)
  ctx.fillText(name, side === 'input' ? x + 11 : x - 11, y + 0.5)
  if (side === 'output' && slot.type === 'features')
    paintShape(paint, ctx.measureText(name).width, context)
}

/** Paints the shape of features before the name of their output, if there is room. */
function paintShape(
  { node, index, x, y }: SlotPaint,
  nameWidth: number,
  { ctx, colours, shapeOf }: PaintContext,
) {
  const text = shapeOf(node, index)
  if (text === undefined) return
  const input = node.inputs?.[index]
  const taken = input ? ctx.measureText(toLabel(input.label ?? input.name)).width + 11 : 0
  ctx.font = `400 11px ${colours.font}`
  if (taken + ctx.measureText(text).width + nameWidth + 35 <= node.size[0]) {
    ctx.fillStyle = colours.nodeFaint
    ctx.fillText(text, x - 19 - nameWidth, y + 0.5)
  }
  ctx.font = slotFont(colours)
}

function isOptionalSlot(node: PaintedNode, name: string): boolean {
  const { inputs, params } = node.diffusion?.declaration ?? {}
  const declared = inputs && declaredName(inputs, name)
  if (declared === undefined) return params !== undefined && Object.hasOwn(params, name)
  return Boolean(
    declared && (inputs[declared].optional || (inputs[declared].many && !name.endsWith('_1'))),
  )
}

/** Strokes the circle around an input that has a fault or needs a wire. */
function strokeCircle(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
  width: number,
) {
  ctx.strokeStyle = colour
  ctx.lineWidth = width
  ctx.beginPath()
  ctx.arc(x, y, radius, 0, 2 * Math.PI)
  ctx.stroke()
}

function paintHalo(ctx: CanvasRenderingContext2D, x: number, y: number, colour: string) {
  ctx.save()
  ctx.globalAlpha *= 0.3
  ctx.fillStyle = colour
  ctx.beginPath()
  ctx.arc(x, y, 9, 0, 2 * Math.PI)
  ctx.fill()
  ctx.restore()
}

function paintSlotShape(
  { slot, x, y }: SlotPaint,
  colour: string,
  state: SlotState,
  { ctx, colours }: PaintContext,
) {
  addSlotShape(ctx, x, y, slot.shape ?? 3)
  ctx.fillStyle = state === 'optional' ? colours.node : colour
  ctx.fill()
  // A ring in the colour of the node separates the slot from the border.
  ctx.lineWidth = 1.5
  ctx.strokeStyle = state === 'optional' ? colour : colours.node
  ctx.stroke()
}

/** Adds a path in one of litegraph's slot shapes, so that types differ not only by colour. */
function addSlotShape(ctx: CanvasRenderingContext2D, x: number, y: number, shape: number) {
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
