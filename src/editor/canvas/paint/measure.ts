// Paints the measure of a node below it: time, number of calls, memory.
import type { Measure } from '../../../engine/protocol.ts'
import * as format from '../../ui/format.ts'
import type { PaintContext } from './painting.ts'
import { addBox } from './painting.ts'

/** Distance below the node, and height of the box, in graph units. */
const GAP = 5
const HEIGHT = 18

/** @param share of the total time, from 0 to 1 */
export function paintMeasure(
  measure: Measure,
  share: number,
  bottom: number,
  { ctx, colours, scale }: PaintContext,
) {
  if (scale < 0.3) return
  const text = measureLabel(measure)
  ctx.font = `500 11px ${colours.font}`
  const width = ctx.measureText(text).width + 16
  addBox(ctx, 0, bottom + GAP, width, HEIGHT, 5)
  ctx.fillStyle = colours.surface
  ctx.fill()
  ctx.strokeStyle = colours.nodeLine
  ctx.lineWidth = 1
  ctx.stroke()
  ctx.fillStyle = colours.accent
  ctx.fillRect(6, bottom + GAP + HEIGHT - 3, (width - 12) * share, 2)
  ctx.fillStyle = colours.nodeText
  ctx.textBaseline = 'middle'
  ctx.fillText(text, 8, bottom + GAP + HEIGHT / 2)
  ctx.textBaseline = 'alphabetic'
}

/** Formats a measure, for example "12 ms × 50 · 1.2 MB". */
function measureLabel({ seconds, calls, bytes }: Measure): string {
  const time = seconds === undefined ? undefined : format.duration(seconds / calls)
  return [
    [time, calls > 1 && `× ${format.count(calls)}`].filter(Boolean).join(' '),
    bytes > 0 && format.bytes(bytes),
  ]
    .filter(Boolean)
    .join(' · ')
}
