// Paints a reroute: a dot in the colour of its wire.
import { REROUTE_RADIUS, REROUTE_SIZE } from '../../../litegraph/reroute.ts'
import { toLabel } from '../../../painters/cutText.ts'
import { fitLabel } from '../../../painters/frame.ts'
import type { PaintedNode, PaintContext } from './painting.ts'
import { OVERVIEW } from './overview.ts'

/** Width of a title above a reroute, in graph units. */
const MAX_TITLE = 240

export function paintReroute(
  node: PaintedNode,
  title: string | undefined,
  { ctx, colours, scale, fits, slotColour }: PaintContext,
) {
  const middle = REROUTE_SIZE / 2
  const fitting = fits && (fits(node, 'input', 0) || fits(node, 'output', 0))
  ctx.save()
  if (fits && !fitting) ctx.globalAlpha *= 0.28
  const colour = slotColour(String(node.outputs?.[0]?.type ?? '*'))
  const circle = (radius: number) => {
    ctx.beginPath()
    ctx.arc(middle, middle, radius, 0, 2 * Math.PI)
  }
  if (fitting) {
    ctx.fillStyle = colour
    ctx.globalAlpha *= 0.3
    circle(REROUTE_RADIUS + 5)
    ctx.fill()
    ctx.globalAlpha /= 0.3
  }
  circle(REROUTE_RADIUS)
  ctx.fillStyle = node.inputs?.[0]?.link == null ? colours.node : colour
  ctx.fill()
  ctx.lineWidth = 2
  ctx.strokeStyle = node.inputs?.[0]?.link == null ? colour : colours.canvas
  ctx.stroke()
  if (node.is_selected || node.mouseOver) {
    circle(REROUTE_RADIUS + 3)
    ctx.lineWidth = Math.max(1.5, 1.5 / scale)
    ctx.strokeStyle = node.is_selected ? colours.accent : colours.nodeFaint
    ctx.stroke()
  }
  if (title && scale >= OVERVIEW) {
    ctx.font = `400 11.5px ${colours.font}`
    ctx.textAlign = 'center'
    ctx.fillStyle = colours.nodeFaint
    ctx.fillText(fitLabel(ctx, toLabel(title), MAX_TITLE), middle, -6)
    ctx.textAlign = 'left'
  }
  ctx.restore()
}
