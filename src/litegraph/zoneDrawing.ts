// Draws zones: area, progress line, arrow from End back to Start, and texts.
import type { Box } from '../painters/frame.ts'
import { cutText, MAX_LABEL, toLabel } from '../painters/cutText.ts'
import { FONTS } from '../painters/theme.ts'
import { zoneColour } from './palette.ts'
import { returnHeight, type Zone } from './zones.ts'

export interface ZoneProgress {
  index: number
  count: number
  label?: string
}

export interface ZoneStyle {
  /** Zoom. Below 0.4, no texts are drawn. */
  scale?: number
  /** Colour of the canvas, behind texts that cross a line. */
  ground?: string
  /** Returns the colour for the category of a Start. */
  colour?: (category: string) => string
  words?: () => ZoneWords
}

/** Texts on zones, in one language. */
export interface ZoneWords {
  /** Name of an iteration, by category of the Start. */
  each: Readonly<Record<string, string>>
  eachTime: string
  becomes(next: string, each: string): string
}

export const englishZones: ZoneWords = {
  each: { sampling: 'each step', training: 'each training step' },
  eachTime: 'each iteration',
  becomes: (next, each) => `${next} becomes ${each}`,
}

/** Draws zones in the coordinates of the graph. Call it before wires and nodes are drawn. */
export function drawZones(
  ctx: CanvasRenderingContext2D,
  zones: readonly Zone[],
  progress: (zone: Zone) => ZoneProgress | undefined = () => undefined,
  { scale = 1, ground = '#222', colour = zoneColour, words = () => englishZones }: ZoneStyle = {},
) {
  for (const zone of zones) {
    const tint = colour(zone.category)
    ctx.save()
    ctx.lineJoin = ctx.lineCap = 'round'
    drawArea(ctx, zone, tint)
    drawProgressLine(ctx, zone, tint, progress(zone))
    drawReturnArrow(ctx, zone, tint)
    if (scale >= 0.4) {
      drawTitle(ctx, zone, tint, zoneTitle(zone, progress(zone), words()))
      drawCarriedNames(ctx, zone, { colour: tint, ground, words: words() })
    }
    ctx.restore()
  }
}

const RADIUS = 14

function drawArea(ctx: CanvasRenderingContext2D, { box }: Zone, colour: string) {
  ctx.beginPath()
  ctx.roundRect(box.x, box.y, box.width, box.height, RADIUS)
  ctx.globalAlpha = 0.09
  ctx.fillStyle = colour
  ctx.fill()
  ctx.globalAlpha = 0.45
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.5
  ctx.stroke()
  ctx.globalAlpha = 1
}

/** Draws a line along the upper edge, as long as the share of completed iterations. */
function drawProgressLine(
  ctx: CanvasRenderingContext2D,
  { box }: Zone,
  colour: string,
  progress: ZoneProgress | undefined,
) {
  if (!progress?.count) return
  const share = Math.min(1, progress.index / progress.count)
  if (share <= 0) return
  ctx.beginPath()
  ctx.moveTo(box.x + RADIUS, box.y)
  ctx.lineTo(box.x + RADIUS + (box.width - 2 * RADIUS) * share, box.y)
  ctx.strokeStyle = colour
  ctx.lineWidth = 4
  ctx.stroke()
}

/** Returns for example "each step", and during a run "each step   t = 412 · 38/50". */
export function zoneTitle(
  { category }: Zone,
  progress?: ZoneProgress,
  words = englishZones,
): string {
  const title = words.each[category] ?? words.eachTime
  if (!progress) return title
  const count = `${progress.index}/${progress.count}`
  return [title, [progress.label, count].filter(Boolean).join(' · ')].join('   ')
}

function drawTitle(ctx: CanvasRenderingContext2D, { box }: Zone, colour: string, title: string) {
  ctx.font = `13px ${FONTS}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.fillStyle = colour
  ctx.fillText(cutText(title, MAX_LABEL), box.x + 14, box.y + 20)
}

/** Returns the area of progress line and title, which change while a loop runs. */
export const zoneHeader = ({ box: { x, y, width } }: Zone): Box => ({
  x,
  y: y - 3,
  width,
  height: 30,
})

// ---- arrow from End back to Start

/** Returns the x positions at End and Start, and the y position of the line. */
const returnArrow = ({ box, returnX: [from, to] }: Zone) => ({ from, to, y: returnHeight(box) })

/** Draws a line from End down, along the lower edge and up to Start: into the next iteration. */
function drawReturnArrow(ctx: CanvasRenderingContext2D, zone: Zone, colour: string) {
  const { from, to, y } = returnArrow(zone)
  const fromY = zone.endBox.y + zone.endBox.height
  const toY = zone.startBox.y + zone.startBox.height
  const side = Math.sign(to - from) || -1
  const r = Math.max(0, Math.min(14, Math.abs(to - from) / 2, y - fromY, y - toY))
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.lineWidth = 2.5
  ctx.globalAlpha = 0.75
  ctx.beginPath()
  ctx.moveTo(from, fromY)
  ctx.lineTo(from, y - r)
  ctx.quadraticCurveTo(from, y, from + side * r, y)
  ctx.lineTo(to - side * r, y)
  ctx.quadraticCurveTo(to, y, to, y - r)
  ctx.lineTo(to, toY + 9)
  ctx.stroke()
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.moveTo(to, toY + 2)
  ctx.lineTo(to - 6.5, toY + 13)
  ctx.lineTo(to + 6.5, toY + 13)
  ctx.fill()
  drawArrowHeads(ctx, { from, to, y }, side)
}

/** Draws one or two arrow heads on the line, depending on its length. */
function drawArrowHeads(
  ctx: CanvasRenderingContext2D,
  { from, to, y }: ReturnType<typeof returnArrow>,
  side: number,
) {
  const length = Math.abs(to - from)
  for (const share of length > 700 ? [0.25, 0.75] : length > 260 ? [0.25] : []) {
    const x = from + (to - from) * share
    ctx.beginPath()
    ctx.moveTo(x - side * 5, y - 5)
    ctx.lineTo(x + side * 3, y)
    ctx.lineTo(x - side * 5, y + 5)
    ctx.lineWidth = 2
    ctx.stroke()
  }
}

/** Draws the names of carried values. An arrow between names would contradict the drawn arrow. */
function drawCarriedNames(
  ctx: CanvasRenderingContext2D,
  zone: Zone,
  { colour, ground, words }: { colour: string; ground: string; words: ZoneWords },
) {
  const { from, to, y } = returnArrow(zone)
  const text = toLabel(
    Object.entries(zone.carries)
      .map(([next, each]) => (next === each ? next : words.becomes(next, each)))
      .join(', '),
  )
  ctx.font = `12px ${FONTS}`
  const width = ctx.measureText(text).width + 18
  if (!text || width > Math.abs(from - to) - 60) return
  const x = (from + to) / 2
  ctx.beginPath()
  ctx.roundRect(x - width / 2, y - 10, width, 20, 10)
  ctx.fillStyle = ground
  ctx.fill()
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.2
  ctx.stroke()
  ctx.fillStyle = colour
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(text, x, y + 0.5)
}
