// Paints nodes at a low zoom, where slots and values are too small to read: the title, the text of
// a note, and the params that differ from their defaults.
import { formatControlValue } from '../../../workflow/controlSpec.ts'
import { drawNote } from '../../../litegraph/richText.ts'
import { wrapText } from '../../../litegraph/wrapText.ts'
import { toLabel } from '../../../painters/cutText.ts'
import { fitLabel } from '../../../painters/frame.ts'
import { TITLE } from '../../graph/nodeSize.ts'
import { translateWorkflow } from '../../texts/texts.ts'
import { isPaler } from './node.ts'
import { addBox, type PaintedNode, type PaintedWidget, type PaintContext } from './painting.ts'

/** Below this zoom, only titles, notes, views and changed params are painted. */
export const OVERVIEW = 0.5

/** What a node shows at a low zoom besides its title. */
type Shows = 'view' | 'nothing' | 'changes' | { note: string }

/**
 * Paints the title as large as the node allows, so that it is readable at a low zoom, and below it
 * the note or the changed params.
 *
 * @param filled true if a view fills the node, or if it is collapsed: the title is in its bar
 */
export function paintOverview(
  node: PaintedNode,
  size: readonly [number, number],
  painting: PaintContext,
  filled: boolean,
) {
  const shows = filled ? 'view' : whatItShows(node)
  const overview = layoutOverview(node, size, painting, shows)
  paintLines(node, size[0], overview.title, painting)
  if (typeof shows === 'object') return paintNote(shows.note, size, painting)
  if (overview.changes.lines.length > 0) paintLines(node, size[0], overview.changes, painting)
  else if (overview.count > 0) paintCount(overview.count, size[0], painting)
}

function whatItShows({ diffusion, properties }: PaintedNode): Shows {
  if (diffusion?.declaration.role !== 'note') return 'changes'
  const [name] = Object.keys(diffusion.declaration.params)
  const text = properties[name]
  return typeof text === 'string' && text ? { note: text } : 'nothing'
}

/** Centred lines. `middle` is the middle of the first one. */
interface Lines {
  lines: readonly string[]
  height: number
  middle: number
  weight: number
}

interface Overview {
  key: string
  title: Lines
  changes: Lines
  /** Number of changed params. */
  count: number
}
const cachedOverviews = new WeakMap<object, Overview>()

function paintLines(
  node: PaintedNode,
  width: number,
  { lines, height, middle, weight }: Lines,
  { ctx, colours }: PaintContext,
) {
  ctx.font = `${weight} ${height}px ${colours.font}`
  ctx.fillStyle = isPaler(node) || weight < 500 ? colours.nodeFaint : colours.nodeTitle
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  lines.forEach((line, i) => ctx.fillText(line, width / 2, middle + i * height * PITCH))
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
}

/** Distance of lines, as a multiple of their height. */
const PITCH = 1.15

/** Computes the lines of a node and their heights. Cached, since measuring text is slow. */
function layoutOverview(
  node: PaintedNode,
  size: readonly [number, number],
  painting: PaintContext,
  shows: Shows,
): Overview {
  const { ctx, colours, scale, minText } = painting
  const title = toLabel(node.getTitle())
  const changes = shows === 'changes' ? changedParams(node) : []
  const shown = changes.map(({ name, value }) => `${name} ${value}`)
  const key = [scale, minText, ...size, shows === 'changes', colours.font, title, ...shown].join()
  const known = cachedOverviews.get(node)
  if (known?.key === key) return known
  const room: Room = { width: size[0] - 16, top: 5 - TITLE, bottom: size[1] - 5 }
  const lines =
    shows === 'changes' ? layoutTitle(title, room, painting) : layoutBar(title, room, painting)
  const below = layoutChanges(ctx, changes, room, {
    font: colours.font,
    titleHeight: lines.lines.length * lines.height * PITCH,
    height: Math.max(10, minText * 0.85) / scale,
  })
  const overview = {
    key,
    title: { ...lines, middle: lines.middle - (below.shift ?? 0) },
    changes: below,
    count: changes.length,
  }
  cachedOverviews.set(node, overview)
  return overview
}

/** Place for the text of a node, in its coordinates. */
interface Room {
  width: number
  top: number
  bottom: number
}

/** A title in its bar. It is never cut: a long one is smaller. */
function layoutBar(
  title: string,
  { width }: Room,
  { ctx, colours, scale, minText }: PaintContext,
): Lines {
  const wide = measureTitle(ctx, title, colours.font)
  const height = Math.min(TITLE - 4, Math.max(11, minText) / scale, width / wide)
  return { lines: [title], height, middle: -TITLE / 2, weight: 560 }
}

/** A title in the middle of its node, in several lines if it is then larger. */
function layoutTitle(
  title: string,
  { width, top, bottom }: Room,
  { ctx, colours, scale, minText }: PaintContext,
): Lines {
  const words = title.split(' ')
  const widest = Math.max(...words.map((word) => measureTitle(ctx, word, colours.font)))
  const high = bottom - top
  const onOneLine = Math.min(width / measureTitle(ctx, title, colours.font), high)
  const onOneEach = Math.min(width / widest, high / words.length)
  const height = Math.min(Math.max(12, minText) / scale, Math.max(onOneLine, onOneEach))
  ctx.font = `560 ${height}px ${colours.font}`
  const lines = wrapText(ctx, title, width)
  const middle = (top + bottom) / 2 - ((lines.length - 1) / 2) * height * PITCH
  return { lines, height, middle, weight: 560 }
}

/** Width of a title whose height is 1. */
function measureTitle(ctx: CanvasRenderingContext2D, text: string, font: string): number {
  ctx.font = `560 100px ${font}`
  return ctx.measureText(text).width / 100
}

/**
 * Places as many changed params below the title as fit. The last line tells how many do not.
 * `shift` is the way that the title moves upwards.
 */
function layoutChanges(
  ctx: CanvasRenderingContext2D,
  changes: readonly Change[],
  { width, top, bottom }: Room,
  { font, titleHeight, height }: { font: string; titleHeight: number; height: number },
): Lines & { shift?: number } {
  const pitch = height * PITCH
  const most = Math.floor((bottom - top - titleHeight - height * 0.3) / pitch)
  const shown = changes.length > most ? changes.slice(0, Math.max(0, most - 1)) : changes
  if (shown.length === 0) return { lines: [], height, middle: 0, weight: 400 }
  ctx.font = `400 ${height}px ${font}`
  const rest = changes.length - shown.length
  const lines = [
    ...shown.map((change) => fitChange(ctx, change, width)),
    ...(rest > 0 ? [`+ ${rest}`] : []),
  ]
  const shift = (lines.length * pitch + height * 0.3) / 2
  const middle = (top + bottom) / 2 + titleHeight / 2 - shift + height * 0.3 + pitch / 2
  return { lines, height, middle, weight: 400, shift }
}

/** Cuts the name of a param rather than its value. */
function fitChange(ctx: CanvasRenderingContext2D, { name, value }: Change, width: number): string {
  const text = `${name} ${value}`
  if (ctx.measureText(text).width <= width) return text
  const room = width - ctx.measureText(` ${value}`).width
  const cut = room > 0 ? fitLabel(ctx, name, room) : ''
  return cut.length > 2 ? `${cut} ${value}` : fitLabel(ctx, value, width)
}

/** A param that differs from its default, for example "steps" and "400". */
interface Change {
  name: string
  value: string
}

/** Lists the params whose own value is used and differs from the default. */
function changedParams({ diffusion, inputs, widgets = [], properties }: PaintedNode): Change[] {
  const params = diffusion?.declaration.params ?? {}
  const isWired = (name: string) =>
    Boolean(inputs?.some((input) => input.name === name && input.link != null))
  return widgets.flatMap((widget) => {
    const name = widget.options.property ?? ''
    const param = Object.hasOwn(params, name) ? params[name] : undefined
    if (!param || param.kind === 'seed' || widget.disabled || isWired(name)) return []
    const value = properties[name]
    if (value === param.default || typeof value === 'object') return []
    return [{ name: widget.label ?? widget.name, value: shownValue(widget, value) }]
  })
}

function shownValue({ type, options: { values } }: PaintedWidget, value: unknown): string {
  if (type === 'toggle') return value ? '✓' : '✗'
  const names = values && !Array.isArray(values) ? (values as Record<string, unknown>) : {}
  return formatControlValue(names[String(value)] ?? value)
}

/** Paints the number of changed params in the upper right corner. */
function paintCount(count: number, width: number, { ctx, colours, scale }: PaintContext) {
  const radius = Math.min(TITLE / 2, 7 / scale)
  const [x, y] = [width - radius * 0.6, -TITLE + radius * 0.6]
  addBox(ctx, x - radius, y - radius, 2 * radius, 2 * radius, radius)
  ctx.fillStyle = colours.accent
  ctx.fill()
  ctx.fillStyle = colours.node
  ctx.font = `600 ${radius * 1.3}px ${colours.font}`
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(String(count), x, y + radius * 0.08)
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
}

/** The smallest place in which some words of a note fit, in CSS pixels. */
const LEAST_NOTE = { width: 72, height: 20 }
/** Height of the smallest text of a note, in CSS pixels, and in the units of {@link drawNote}. */
const [READABLE, SMALLEST] = [11, 10]

/** Paints a note in a readable size. An ellipsis marks what does not fit; its tip has it all. */
function paintNote(
  text: string,
  size: readonly [number, number],
  { ctx, colours, scale, minText }: PaintContext,
) {
  if (size[0] * scale < LEAST_NOTE.width || size[1] * scale < LEAST_NOTE.height) return
  // In steps, so that lines are not broken again in each frame of a zoom.
  const exact = Math.max(READABLE, minText) / (SMALLEST * scale)
  const larger = 2 ** (Math.round(4 * Math.log2(Math.max(1, exact))) / 4)
  const box = { x: 8 / larger, y: -2, width: (size[0] - 16) / larger, height: size[1] / larger }
  ctx.save()
  addBox(ctx, 0, 0, size[0], size[1], 0)
  ctx.clip()
  ctx.scale(larger, larger)
  ctx.fillStyle = colours.nodeText
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  drawNote(ctx, translateWorkflow(text), box, colours.font)
  ctx.restore()
}
