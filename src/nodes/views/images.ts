// Grids of images: x_t and the predicted x_0, say, next to each other.
import type { ImagesView, Pictures } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { begin, say, setFont, shorten } from './canvas.ts'
import type { MakeSheet } from './sheet.ts'
import { deviceOf, drawPictures, fitted } from './sheet.ts'

type Group = ImagesView['groups'][number]

const NAME = 17
const LABEL = 13
const CAPTION = 20
const BETWEEN = 10

export function paintImages(ctx: CanvasRenderingContext2D, view: ImagesView, box: Box, theme: Theme, makeSheet: MakeSheet) {
  begin(ctx, box, theme)
  const below = view.caption && box.height > 90 ? CAPTION : 8
  const area = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: box.height - 8 - below }
  const shown = view.groups.filter(({ count }) => count > 0)
  if (shown.length === 0) nothing(ctx, box, theme)
  else if (area.width > 4 && area.height > 4) paintGroups(ctx, shown, view.columns, area, theme, makeSheet)
  if (view.caption && below === CAPTION) {
    setFont(ctx, 11)
    ctx.fillStyle = theme.dim
    ctx.textAlign = 'center'
    ctx.fillText(shorten(ctx, say(theme, view.caption), area.width), box.x + box.width / 2, box.y + box.height - 6)
  }
  ctx.restore()
}

function nothing(ctx: CanvasRenderingContext2D, box: Box, theme: Theme) {
  setFont(ctx, 11)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  ctx.fillText(say(theme, 'No images'), box.x + box.width / 2, box.y + box.height / 2)
}

function paintGroups(
  ctx: CanvasRenderingContext2D,
  groups: readonly Group[],
  columns: number,
  area: Box,
  theme: Theme,
  makeSheet: MakeSheet,
) {
  const named = groups.length > 1
  const across = panelsAcross(groups, columns, area)
  panels(area, groups.length, across).forEach((panel, i) => {
    const group = groups[i]!
    const inner = named ? { ...panel, y: panel.y + NAME, height: panel.height - NAME } : panel
    const grid = paintGrid(ctx, group, columns, inner, theme, makeSheet, group.labels)
    if (!named) return
    setFont(ctx, 11, '600')
    ctx.fillStyle = theme.text
    ctx.textAlign = 'left'
    // A grid may be narrower than its name.
    const name = shorten(ctx, group.name, panel.width)
    const x = Math.max(panel.x, Math.min(grid.x, panel.x + panel.width - ctx.measureText(name).width))
    ctx.fillText(name, x, grid.y - 6)
  })
}

function panels({ x, y, width, height }: Box, count: number, across: number): Box[] {
  const down = Math.ceil(count / across)
  const wide = (width - BETWEEN * (across - 1)) / across
  const high = (height - BETWEEN * (down - 1)) / down
  return Array.from({ length: count }, (_, i) => ({
    x: x + (i % across) * (wide + BETWEEN),
    y: y + Math.floor(i / across) * (high + BETWEEN),
    width: wide,
    height: high,
  }))
}

/** How many grids go next to each other: all, unless the smallest images would be clearly larger otherwise. */
function panelsAcross(groups: readonly Group[], columns: number, area: Box): number {
  let [best, most] = [groups.length, 0]
  for (let across = groups.length; across >= 1; across--) {
    const [panel] = panels(area, groups.length, across)
    const room = groups.length > 1 ? { ...panel!, height: panel!.height - NAME } : panel!
    const worth = Math.min(...groups.map((group) => gridIn(group, columns, room, labelHeight(group)).worth))
    if (worth > most * 1.1) [best, most] = [across, worth]
  }
  return best
}

const labelHeight = ({ labels }: Group) => (labels ? LABEL : 0)

interface Grid {
  columns: number
  rows: number
  /** The width of an image. */
  size: number
  /** How good it looks: the larger, the better. */
  worth: number
}

const gapOf = (size: number) => Math.min(3, Math.max(1, size / 24))

/** Columns and size of images that fill the room best; `below` is what each row needs under its images. */
function gridIn({ count, width, height }: Pictures, wanted: number, room: Box, below: number): Grid {
  let best: Grid = { columns: 1, rows: count, size: 0, worth: 0 }
  const least = wanted ? Math.min(wanted, count) : 1
  const most = wanted ? least : count
  for (let columns = least; columns <= most; columns++) {
    const rows = Math.ceil(count / columns)
    const sizeWith = (gap: number) =>
      Math.min((room.width - gap * (columns - 1)) / columns, (((room.height - gap * (rows - 1)) / rows - below) * width) / height)
    const size = sizeWith(gapOf(sizeWith(1)))
    // Rather full rows than a tenth of the size; but five images are not put into one row for that.
    const full = count / (columns * rows)
    const worth = size * full * (full === 1 ? 1.1 : 1)
    if (worth > best.worth) best = { columns, rows, size, worth }
  }
  return best
}

/** One grid in the middle of its room, on whole pixels of the device. Returns where it is. */
export function paintGrid(
  ctx: CanvasRenderingContext2D,
  pictures: Pictures,
  wanted: number,
  room: Box,
  theme: Theme,
  makeSheet: MakeSheet,
  labels?: readonly string[],
): Box {
  const under = labels ? LABEL : 0
  const { columns, rows, size } = gridIn(pictures, wanted, room, under)
  const { scale, x: originX, y: originY } = deviceOf(ctx)
  if (!(size * scale >= 1)) return room
  const wide = fitted(pictures.width, size * scale)
  const high = Math.max(1, Math.round((wide * pictures.height) / pictures.width))
  const gap = Math.max(1, Math.round(gapOf(size) * scale))
  const step = high + gap + Math.round(under * scale)
  const width = columns * (wide + gap) - gap
  const height = rows * step - gap
  const left = Math.round(originX + (room.x + room.width / 2) * scale - width / 2)
  const top = Math.round(originY + (room.y + room.height / 2) * scale - height / 2)
  const boxes = Array.from({ length: pictures.count }, (_, i) => ({
    x: left + (i % columns) * (wide + gap),
    y: top + Math.floor(i / columns) * step,
    width: wide,
    height: high,
  }))
  edges(ctx, boxes, theme)
  drawPictures(ctx, pictures, boxes, makeSheet)
  const back = (x: number, y: number) => [(x - originX) / scale, (y - originY) / scale] as const
  if (labels) {
    boxes.forEach((box, i) => {
      const [x, y] = back(box.x + box.width / 2, box.y + box.height)
      label(ctx, labels[i] ?? '', x, y + LABEL - 3, wide / scale - 2, theme)
    })
  }
  const [x, y] = back(left, top)
  return { x, y, width: width / scale, height: height / scale }
}

/** A hairline around each, so that images end where they end, whatever is at their border. */
function edges(ctx: CanvasRenderingContext2D, boxes: readonly Box[], theme: Theme) {
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.fillStyle = theme.line
  ctx.globalAlpha = 0.6
  ctx.beginPath()
  for (const { x, y, width, height } of boxes) ctx.rect(x - 1, y - 1, width + 2, height + 2)
  ctx.fill()
  ctx.restore()
}

function label(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, room: number, theme: Theme) {
  setFont(ctx, 10)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  ctx.fillText(shorten(ctx, text, room), x, y)
}
