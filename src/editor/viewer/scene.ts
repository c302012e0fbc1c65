// What the viewer paints: pictures laid out in grids, or points of the plane, in units of their own.
import { squareColumns } from '../../engine/pictures.ts'
import type { FilmView, ImagesView, ScatterView } from '../../engine/plan/view.ts'
import type { Theme } from '../../nodes/views/canvas.ts'
import { legend, setFont, shorten, tickText } from '../../nodes/views/canvas.ts'
import { legendOf, paintPlane, type Plane } from '../../nodes/views/scatter.ts'
import { frameAt } from '../../nodes/views/time.ts'
import { gapOf, imageOf } from '../pixels.ts'
import type { Lens, Size } from './lens.ts'

/** Views that are pictures, and not charts or numbers. */
export type Shown = ImagesView | FilmView | ScatterView

export interface Look {
  room: Size
  theme: Theme
  /** Between pixels that are enlarged the colours run into each other. */
  smooth: boolean
}

/** What lies at a place. */
export interface Found {
  /** Of the pictures, counted from 0. */
  item?: number
  group?: string
  label?: string
  /** The pixel, or the point of the plane. */
  place: [number, number]
  value?: string
}

export interface Scene extends Size {
  kind: 'pictures' | 'points'
  /** Pictures that can be gone through one by one. */
  items: number
  paint(ctx: CanvasRenderingContext2D, lens: Lens, look: Look): void
  at(x: number, y: number): Found | undefined
}

export type Group = ImagesView['groups'][number]

/** The pictures of a view, a film at a place in its time from 0 to 1. */
export function groupsOf(view: ImagesView | FilmView, at: number): readonly Group[] {
  if (view.kind === 'images') return view.groups.filter(({ count }) => count > 0)
  const frame = view.frames[frameAt(view, at)]
  return frame ? [{ ...frame, name: '' }] : []
}

export interface SceneOf {
  /** Of what can be gone through in time. */
  at: number
  /** One picture of each group alone. */
  item?: number | undefined
}

/** Undefined if there is nothing in it. */
export function sceneOf(view: Shown, { at, item }: SceneOf): Scene | undefined {
  if (view.kind === 'scatter') return pointsScene(view, at)
  return picturesScene(groupsOf(view, at), view.columns, item)
}

// ---- pictures

interface Placed {
  group: Group
  /** Which of its pictures are here, from this one on. */
  first: number
  count: number
  columns: number
  gap: number
  x: number
  width: number
  height: number
  sheet: OffscreenCanvas
}

/** Groups side by side, in units of their pixels. */
export function picturesScene(groups: readonly Group[], columns: number, item?: number): Scene | undefined {
  const items = Math.max(0, ...groups.map(({ count }) => count))
  if (!items) return undefined
  const only = item === undefined ? undefined : Math.min(item, items - 1)
  const placed: Placed[] = []
  let x = 0
  for (const group of groups) {
    if (only !== undefined && only >= group.count) continue
    const here = place(group, columns, only, x)
    placed.push(here)
    x += here.width + Math.max(2, 3 * here.gap)
  }
  const last = placed.at(-1)!
  return {
    kind: 'pictures',
    items,
    width: last.x + last.width,
    height: Math.max(...placed.map(({ height }) => height)),
    paint: (ctx, lens, look) => placed.forEach((each) => paintGroup(ctx, each, lens, look, groups.length > 1)),
    at: (x, y) => foundIn(placed, x, y),
  }
}

function place(group: Group, wanted: number, only: number | undefined, x: number): Placed {
  const count = only === undefined ? group.count : 1
  const columns = Math.min(count, wanted || squareColumns(count, group))
  const gap = count > 1 ? gapOf(group.width) : 0
  const rows = Math.ceil(count / columns)
  const [width, height] = [columns * (group.width + gap) - gap, rows * (group.height + gap) - gap]
  const sheet = new OffscreenCanvas(width, height)
  const ctx = sheet.getContext('2d')!
  const pixels = { width: group.width, height: group.height, channels: group.channels, max: 255 }
  for (let i = 0; i < count; i++) {
    const [column, row] = [i % columns, Math.floor(i / columns)]
    ctx.putImageData(imageOf(group.pixels, (only ?? 0) + i, pixels), column * (group.width + gap), row * (group.height + gap))
  }
  return { group, first: only ?? 0, count, columns, gap, x, width, height, sheet }
}

function paintGroup(
  ctx: CanvasRenderingContext2D,
  { group, sheet, x, width, height }: Placed,
  lens: Lens,
  { theme, smooth }: Look,
  named: boolean,
) {
  const [left, wide] = [lens.x + x * lens.scale, width * lens.scale]
  // What is made smaller is always averaged: pixels would be skipped.
  ctx.imageSmoothingEnabled = smooth || lens.scale < 1
  ctx.imageSmoothingQuality = 'high'
  ctx.drawImage(sheet, left, lens.y, wide, height * lens.scale)
  if (!named) return
  setFont(ctx, 12, '600')
  ctx.fillStyle = theme.text
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.fillText(shorten(ctx, group.name, wide), left, lens.y - 8)
}

function foundIn(placed: readonly Placed[], x: number, y: number): Found | undefined {
  const here = placed.find((each) => x >= each.x && x < each.x + each.width && y >= 0 && y < each.height)
  if (!here) return undefined
  const { group, columns, gap, first, count } = here
  const [stepX, stepY] = [group.width + gap, group.height + gap]
  const [column, row] = [Math.floor((x - here.x) / stepX), Math.floor(y / stepY)]
  const [px, py] = [Math.floor(x - here.x - column * stepX), Math.floor(y - row * stepY)]
  const index = row * columns + column
  if (index >= count || px >= group.width || py >= group.height) return undefined
  const item = first + index
  const from = ((item * group.height + py) * group.width + px) * group.channels
  const label = group.labels?.[item]
  return {
    item,
    ...(group.name && { group: group.name }),
    ...(label !== undefined && { label }),
    place: [px, py],
    value: [...group.pixels.subarray(from, from + group.channels)].join(', '),
  }
}

// ---- points

/** Of the width of what is shown of the plane, in units of the scene. */
const PLANE = 400

export function pointsScene(view: ScatterView, time: number): Scene {
  const [xMin, xMax, yMin, yMax] = view.extent
  const unit = PLANE / Math.max(1e-9, xMax - xMin)
  const [width, height] = [PLANE, Math.max(1, (yMax - yMin) * unit)]
  return {
    kind: 'points',
    items: 0,
    width,
    height,
    paint(ctx, lens, { room, theme }) {
      const seen = unit * lens.scale
      const plane: Plane = {
        x: 0,
        y: 0,
        ...room,
        unit: seen,
        px: (x) => lens.x + (x - xMin) * seen,
        py: (y) => lens.y + (yMax - y) * seen,
      }
      ctx.fillStyle = theme.ground
      ctx.fillRect(0, 0, room.width, room.height)
      paintPlane(ctx, view, plane, theme, time)
      paintLegend(ctx, view, theme, room)
    },
    at: (x, y) => ({ place: [xMin + x / unit, yMax - y / unit] }),
  }
}

function paintLegend(ctx: CanvasRenderingContext2D, view: ScatterView, theme: Theme, room: Size) {
  const items = legendOf(view, theme)
  if (!items.length) return
  setFont(ctx, 10.5)
  const wide = Math.max(...items.map(({ name }) => ctx.measureText(name).width)) + 34
  ctx.globalAlpha = 0.85
  ctx.fillStyle = theme.ground
  // Beside the numbers of y.
  ctx.fillRect(28, 8, Math.min(wide, room.width - 36), items.length * 14 + 10)
  ctx.globalAlpha = 1
  // So narrow that each has a row of its own.
  legend(ctx, items, 34, 12, wide - 12, theme)
}

/** A number of the plane in words. */
export const placeText = ([x, y]: [number, number], kind: Scene['kind']): string =>
  kind === 'pictures' ? `${x}, ${y}` : `${tickText(Number(x.toPrecision(3)))}, ${tickText(Number(y.toPrecision(3)))}`
