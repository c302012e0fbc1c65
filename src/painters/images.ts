// Grids of images side by side, such as x_t and the predicted x_0.
import { viewText } from '../engine/base/viewTexts.ts'
import type { ImagesView, Pictures } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting, fitLabel } from './frame.ts'
import { translateText, setFont } from './theme.ts'
import type { MakeSheet } from './sheet.ts'
import { devicePixels, drawPictures, fitPixels } from './sheet.ts'

type Group = ImagesView['groups'][number]

const NAME = 17
const LABEL = 13
const CAPTION = 20
const PANEL_GAP = 10

export function paintImages(
  ctx: CanvasRenderingContext2D,
  view: ImagesView,
  box: Box,
  theme: Theme,
  makeSheet: MakeSheet,
) {
  beginPainting(ctx, box, theme)
  const below = view.caption && box.height > 90 ? CAPTION : 8
  const area = { x: box.x + 8, y: box.y + 8, width: box.width - 16, height: box.height - 8 - below }
  const shown = view.groups.filter(({ count }) => count > 0)
  if (shown.length === 0) paintNoImages(ctx, box, theme)
  else if (area.width > 4 && area.height > 4)
    paintGroups(ctx, shown, { columns: view.columns, room: area, theme, makeSheet })
  if (view.caption && below === CAPTION) {
    setFont(ctx, 11)
    ctx.fillStyle = theme.dim
    ctx.textAlign = 'center'
    ctx.fillText(
      fitLabel(ctx, translateText(theme, view.caption), area.width),
      box.x + box.width / 2,
      box.y + box.height - 6,
    )
  }
  ctx.restore()
}

function paintNoImages(ctx: CanvasRenderingContext2D, box: Box, theme: Theme) {
  setFont(ctx, 11)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  ctx.fillText(
    translateText(theme, viewText('noImages')),
    box.x + box.width / 2,
    box.y + box.height / 2,
  )
}

function paintGroups(
  ctx: CanvasRenderingContext2D,
  groups: readonly Group[],
  { columns, room: area, theme, makeSheet }: GridOptions,
) {
  const named = groups.length > 1
  const across = choosePanelColumns(groups, columns, area)
  panelBoxes(area, groups.length, across).forEach((panel, i) => {
    const group = groups[i]
    const inner = named ? { ...panel, y: panel.y + NAME, height: panel.height - NAME } : panel
    const grid = paintGrid(ctx, group, {
      columns,
      room: inner,
      theme,
      makeSheet,
      labels: group.labels,
    })
    if (!named) return
    setFont(ctx, 11, '600')
    ctx.fillStyle = theme.text
    ctx.textAlign = 'left'
    // The name may be wider than its grid: then it starts further left.
    const name = fitLabel(ctx, group.name, panel.width)
    const x = Math.max(
      panel.x,
      Math.min(grid.x, panel.x + panel.width - ctx.measureText(name).width),
    )
    ctx.fillText(name, x, grid.y - 6)
  })
}

function panelBoxes({ x, y, width, height }: Box, count: number, across: number): Box[] {
  const down = Math.ceil(count / across)
  const wide = (width - PANEL_GAP * (across - 1)) / across
  const high = (height - PANEL_GAP * (down - 1)) / down
  return Array.from({ length: count }, (_, i) => ({
    x: x + (i % across) * (wide + PANEL_GAP),
    y: y + Math.floor(i / across) * (high + PANEL_GAP),
    width: wide,
    height: high,
  }))
}

/** Puts all grids in one row, unless the smallest images would be clearly larger otherwise. */
function choosePanelColumns(groups: readonly Group[], columns: number, area: Box): number {
  let [best, most] = [groups.length, 0]
  for (let across = groups.length; across >= 1; across--) {
    const [panel] = panelBoxes(area, groups.length, across)
    const room = groups.length > 1 ? { ...panel, height: panel.height - NAME } : panel
    const score = Math.min(
      ...groups.map((group) => fitGrid(group, columns, room, labelHeight(group)).score),
    )
    if (score > most * 1.1) [best, most] = [across, score]
  }
  return best
}

const labelHeight = ({ labels }: Group) => (labels ? LABEL : 0)

interface Grid {
  columns: number
  rows: number
  /** Width of an image. */
  size: number
  /** Rates a layout: size of the images, with a bonus for full rows. */
  score: number
}

const gridGap = (size: number) => Math.min(3, Math.max(1, size / 24))

/** Chooses columns and image size. `below` is the space each row needs under its images. */
function fitGrid(
  { count, width, height }: Pictures,
  wanted: number,
  room: Box,
  below: number,
): Grid {
  let best: Grid = { columns: 1, rows: count, size: 0, score: 0 }
  const least = wanted ? Math.min(wanted, count) : 1
  const most = wanted ? least : count
  for (let columns = least; columns <= most; columns++) {
    const rows = Math.ceil(count / columns)
    const sizeWith = (gap: number) =>
      Math.min(
        (room.width - gap * (columns - 1)) / columns,
        (((room.height - gap * (rows - 1)) / rows - below) * width) / height,
      )
    const size = sizeWith(gridGap(sizeWith(1)))
    // Full rows are worth a tenth of the size, but not five images in a single row.
    const full = count / (columns * rows)
    const score = size * full * (full === 1 ? 1.1 : 1)
    if (score > best.score) best = { columns, rows, size, score }
  }
  return best
}

export interface GridOptions {
  /** 0 chooses the number that gives the largest images. */
  columns: number
  room: Box
  theme: Theme
  makeSheet: MakeSheet
  /** Written below the images. */
  labels?: readonly string[] | undefined
}

/** Draws one grid in the middle of its room, on whole device pixels. Returns its box. */
export function paintGrid(
  ctx: CanvasRenderingContext2D,
  pictures: Pictures,
  { columns: wanted, room, theme, makeSheet, labels }: GridOptions,
): Box {
  const under = labels ? LABEL : 0
  const { columns, rows, size } = fitGrid(pictures, wanted, room, under)
  const { scale, x: originX, y: originY } = devicePixels(ctx)
  if (!(size * scale >= 1)) return room
  const wide = fitPixels(pictures.width, size * scale)
  const high = Math.max(1, Math.round((wide * pictures.height) / pictures.width))
  const gap = Math.max(1, Math.round(gridGap(size) * scale))
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
  drawHairlines(ctx, boxes, theme)
  drawPictures(ctx, pictures, boxes, makeSheet)
  const back = (x: number, y: number) => [(x - originX) / scale, (y - originY) / scale] as const
  if (labels) {
    setFont(ctx, 10)
    ctx.fillStyle = theme.dim
    ctx.textAlign = 'center'
    boxes.forEach((box, i) => {
      const [x, y] = back(box.x + box.width / 2, box.y + box.height)
      const text = fitLabel(ctx, labels[i] ?? '', wide / scale - 2)
      ctx.fillText(text, x, y + LABEL - 3)
    })
  }
  const [x, y] = back(left, top)
  return { x, y, width: width / scale, height: height / scale }
}

/** Draws a hairline around each image, so that its edge is visible whatever its border shows. */
function drawHairlines(ctx: CanvasRenderingContext2D, boxes: readonly Box[], theme: Theme) {
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.fillStyle = theme.line
  ctx.globalAlpha = 0.6
  ctx.beginPath()
  for (const { x, y, width, height } of boxes) ctx.rect(x - 1, y - 1, width + 2, height + 2)
  ctx.fill()
  ctx.restore()
}
