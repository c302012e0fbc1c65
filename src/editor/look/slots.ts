// Slots of a node: shape by type, hollow where nothing needs to be wired.
import { shorten } from '../../nodes/views/canvas.ts'
import { declaredName, type Side } from '../../nodes/workflow/slots.ts'
import type { Colours } from '../theme.ts'
import { OVERVIEW } from './node.ts'
import type { Painted, Painting } from './painting.ts'
import { TINY } from './painting.ts'

/** Positions of slots are relative to the node. Returns where widgets begin. */
export function paintSlots(
  node: Painted,
  positionOf: (side: Side, index: number) => readonly [number, number],
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
      if (scale < TINY && !painting.fits) {
        ctx.fillStyle = painting.slotColour(String(slot.type))
        ctx.fillRect(x - 4.5, y - 4.5, 9, 9)
        return
      }
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
      if (scale >= OVERVIEW) {
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
