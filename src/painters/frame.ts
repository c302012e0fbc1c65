// Common parts of painters: box, crisp lines, shortened texts, legends. Without a DOM: the context is
// an argument, so the same code paints on a node, in a panel and, in Node, into a PNG.
import { cutText, MAX_LABEL, sliceText } from './cutText.ts'
import { setFont, type Theme } from './theme.ts'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Fills the background and clips to the box. End it with `ctx.restore()`. */
export function beginPainting(ctx: CanvasRenderingContext2D, box: Box, theme: Theme) {
  ctx.save()
  ctx.beginPath()
  ctx.roundRect(box.x, box.y, box.width, box.height, 4)
  ctx.fillStyle = theme.ground
  ctx.fill()
  ctx.clip()
  ctx.lineJoin = ctx.lineCap = 'round'
  ctx.textBaseline = 'alphabetic'
  ctx.textAlign = 'left'
}

/** Moves a coordinate onto the pixel grid, so that a line of one pixel covers one pixel. */
export const crisp = (value: number) => Math.round(value) + 0.5

/** By font, room and text, since measuring texts is slow. */
const shortenedTexts = new Map<string, string>()

/** Cuts a text that is wider than `room` and adds an ellipsis; '' if that does not fit either. */
export function fitLabel(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  const cut = cutText(text, MAX_LABEL)
  // Before the look-up, which reads the font and takes longer than one measurement.
  if (ctx.measureText(cut).width <= room) return cut
  const key = `${ctx.font}|${Math.floor(room)}|${cut}`
  const known = shortenedTexts.get(key)
  if (known !== undefined) return known
  const kept = longestPrefix(ctx, cut, room)
  const short = kept ? `${kept.trimEnd()}…` : ''
  if (shortenedTexts.size > 2000) shortenedTexts.clear()
  shortenedTexts.set(key, short)
  return short
}

/** The longest start of a text that fits together with an ellipsis, by bisection. */
function longestPrefix(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  let [fits, tooLong] = [0, text.length + 1]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (ctx.measureText(`${sliceText(text, middle)}…`).width <= room) fits = middle
    else tooLong = middle
  }
  return sliceText(text, fits)
}

export interface LegendItem {
  name: string
  colour: string
  mark: 'line' | 'dot'
  dim?: boolean
}

/** Returns the places of the items of a legend. */
export function legendPlaces(
  ctx: CanvasRenderingContext2D,
  items: readonly LegendItem[],
  x: number,
  y: number,
  width: number,
): Box[] {
  setFont(ctx, 10.5)
  let [left, top] = [x, y]
  return items.map(({ name }) => {
    const wide = ctx.measureText(fitLabel(ctx, name, width - 18)).width + 18
    if (left > x && left + wide > x + width) {
      left = x
      top += 14
    }
    const place = { x: left, y: top, width: wide, height: 14 }
    left += wide + 10
    return place
  })
}

/** Draws names with their colours, in rows within `width`. Returns the height used. */
export function legend(
  ctx: CanvasRenderingContext2D,
  items: readonly LegendItem[],
  x: number,
  y: number,
  width: number,
  theme: Theme,
): number {
  const places = legendPlaces(ctx, items, x, y, width)
  ctx.textAlign = 'left'
  for (const [i, { name, colour, mark, dim }] of items.entries()) {
    const { x: left, y: top } = places[i]
    ctx.strokeStyle = ctx.fillStyle = colour
    ctx.beginPath()
    if (mark === 'line') {
      ctx.lineWidth = 2
      ctx.moveTo(left, top + 6)
      ctx.lineTo(left + 12, top + 6)
      ctx.stroke()
    } else {
      ctx.arc(left + 6, top + 6, 3.2, 0, 2 * Math.PI)
      ctx.fill()
    }
    ctx.fillStyle = dim ? theme.dim : theme.text
    ctx.fillText(fitLabel(ctx, name, width - 18), left + 17, top + 10)
  }
  return places.length ? places[places.length - 1].y - y + 16 : 0
}
