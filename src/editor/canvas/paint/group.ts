// Paints groups: a titled frame behind nodes.
import { toLabel } from '../../../painters/cutText.ts'
import { fitLabel } from '../../../painters/frame.ts'
import type { Colours } from '../../ui/theme.ts'
import { OVERVIEW } from './overview.ts'
import { addBox } from './painting.ts'

export interface PaintedGroup {
  title: string
  pos: ArrayLike<number>
  size: ArrayLike<number>
  color?: string
}

/** Height of the title bar by which a group is moved, in graph units. */
export const STRIP = 30
/** Size of the corner by which litegraph resizes a group, in graph units. */
export const CORNER = 12

export function paintGroup(
  ctx: CanvasRenderingContext2D,
  group: PaintedGroup,
  colours: Colours,
  scale: number,
) {
  const [x, y, width, height] = [group.pos[0], group.pos[1], group.size[0], group.size[1]]
  const tint = group.color ?? colours.nodeFaint
  ctx.save()
  addBox(ctx, x, y, width, height, 12)
  ctx.globalAlpha = 0.1
  ctx.fillStyle = tint
  ctx.fill()
  ctx.globalAlpha = 0.55
  ctx.lineWidth = Math.max(1, 1 / scale)
  ctx.strokeStyle = tint
  ctx.stroke()
  ctx.globalAlpha = 1
  ctx.font = `560 ${scale < OVERVIEW ? Math.min(12 / scale, height / 3) : 14}px ${colours.font}`
  ctx.textBaseline = scale < OVERVIEW ? 'top' : 'middle'
  ctx.fillStyle = colours.text
  ctx.fillText(
    fitLabel(ctx, toLabel(group.title), width - 28),
    x + 14,
    scale < OVERVIEW ? y + 6 : y + STRIP / 2 + 1,
  )
  paintCorner(ctx, x + width, y + height, tint)
  ctx.restore()
}

function paintCorner(ctx: CanvasRenderingContext2D, right: number, bottom: number, tint: string) {
  ctx.globalAlpha = 0.55
  ctx.strokeStyle = tint
  ctx.beginPath()
  for (const inset of [5, 9]) {
    ctx.moveTo(right - 4, bottom - 4 - inset)
    ctx.lineTo(right - 4 - inset, bottom - 4)
  }
  ctx.stroke()
}
