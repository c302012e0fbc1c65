// Scenes of the viewer: pictures in grids, or points of the plane, in their own units.
import { squareColumns } from '../../engine/images/pixels.ts'
import type { FilmView, ImagesView, ScatterView } from '../../engine/base/view.ts'
import { cutText, MAX_LABEL } from '../../painters/cutText.ts'
import type { Theme } from '../../painters/theme.ts'
import { legend, fitLabel } from '../../painters/frame.ts'
import { setFont } from '../../painters/theme.ts'
import { tickText } from '../../painters/ticks.ts'
import type { Plane } from '../../painters/plane.ts'
import { scatterLegend, paintPlane } from '../../painters/scatter.ts'
import { frameAt } from '../../painters/time.ts'
import { getGap, toImageData } from '../ui/pixels.ts'
import type { Size, Viewport } from './viewport.ts'

/** Views that the viewer can show: pictures and points, not charts or numbers. */
export type PictureView = ImagesView | FilmView | ScatterView

export interface PaintOptions {
  /** Size of the pane. */
  size: Size
  theme: Theme
  /** Interpolates between the pixels of enlarged pictures. */
  smooth: boolean
}

/** Result of a hit test. */
export interface Hit {
  /** Index of the picture, from 0. */
  item?: number
  group?: string
  label?: string
  /** The pixel, or the point of the plane. */
  position: [number, number]
  value?: string
}

export interface Scene extends Size {
  kind: 'pictures' | 'points'
  /** Number of pictures that can be shown one at a time. */
  items: number
  paint(ctx: CanvasRenderingContext2D, viewport: Viewport, options: PaintOptions): void
  hitTest(x: number, y: number): Hit | undefined
}

export type PictureGroup = ImagesView['groups'][number]

/** Pictures of a view; of a film, the frame at time `at` from 0 to 1. */
export function pictureGroups(view: ImagesView | FilmView, at: number): readonly PictureGroup[] {
  if (view.kind === 'images') return view.groups.filter(({ count }) => count > 0)
  const frame = view.frames[frameAt(view, at)]
  return frame ? [{ ...frame, name: '' }] : []
}

export interface SceneOptions {
  /** Time in a film, from 0 to 1. */
  at: number
  /** Shows only this picture of each group. */
  item?: number | undefined
}

/** Creates the scene of a view. Returns undefined if the view is empty. */
export function createScene(view: PictureView, { at, item }: SceneOptions): Scene | undefined {
  if (view.kind === 'scatter') return pointsScene(view, at)
  return picturesScene(pictureGroups(view, at), view.columns, item)
}

interface PlacedGroup {
  group: PictureGroup
  /** Index of the first picture shown. */
  first: number
  count: number
  columns: number
  gap: number
  x: number
  width: number
  height: number
  sheet: OffscreenCanvas
}

/** Lays groups out side by side, in units of their pixels. */
export function picturesScene(
  groups: readonly PictureGroup[],
  columns: number,
  item?: number,
): Scene | undefined {
  const items = Math.max(0, ...groups.map(({ count }) => count))
  if (!items) return undefined
  const only = item === undefined ? undefined : Math.min(item, items - 1)
  const placed: PlacedGroup[] = []
  let x = 0
  for (const group of groups) {
    if (only !== undefined && only >= group.count) continue
    const next = placeGroup(group, columns, only, x)
    placed.push(next)
    x += next.width + Math.max(2, 3 * next.gap)
  }
  const last = placed.at(-1)
  if (!last) return undefined
  return {
    kind: 'pictures',
    items,
    width: last.x + last.width,
    height: Math.max(...placed.map(({ height }) => height)),
    paint: (ctx, viewport, options) =>
      placed.forEach((each) => paintPictureGroup(ctx, each, viewport, options, groups.length > 1)),
    hitTest: (x, y) => hitTestGroups(placed, x, y),
  }
}

function placeGroup(
  group: PictureGroup,
  wanted: number,
  only: number | undefined,
  x: number,
): PlacedGroup {
  const count = only === undefined ? group.count : 1
  const columns = Math.min(count, wanted || squareColumns(count, group))
  const gap = count > 1 ? getGap(group.width) : 0
  const rows = Math.ceil(count / columns)
  const [width, height] = [columns * (group.width + gap) - gap, rows * (group.height + gap) - gap]
  const sheet = new OffscreenCanvas(width, height)
  const ctx = sheet.getContext('2d')
  const pixels = { width: group.width, height: group.height, channels: group.channels, max: 255 }
  for (let i = 0; i < count; i++) {
    const [column, row] = [i % columns, Math.floor(i / columns)]
    ctx?.putImageData(
      toImageData(group.pixels, (only ?? 0) + i, pixels),
      column * (group.width + gap),
      row * (group.height + gap),
    )
  }
  return { group, first: only ?? 0, count, columns, gap, x, width, height, sheet }
}

function paintPictureGroup(
  ctx: CanvasRenderingContext2D,
  { group, sheet, x, width, height }: PlacedGroup,
  { scale, ...viewport }: Viewport,
  { theme, smooth }: PaintOptions,
  showName: boolean,
) {
  const [left, scaledWidth] = [viewport.x + x * scale, width * scale]
  // Reduced pictures are always smoothed, against aliasing.
  ctx.imageSmoothingEnabled = smooth || scale < 1
  ctx.imageSmoothingQuality = 'high'
  ctx.drawImage(sheet, left, viewport.y, scaledWidth, height * scale)
  if (!showName) return
  setFont(ctx, 12, '600')
  ctx.fillStyle = theme.text
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.fillText(fitLabel(ctx, group.name, scaledWidth), left, viewport.y - 8)
}

function hitTestGroups(placed: readonly PlacedGroup[], x: number, y: number): Hit | undefined {
  const found = placed.find(
    (each) => x >= each.x && x < each.x + each.width && y >= 0 && y < each.height,
  )
  if (!found) return undefined
  const { group, columns, gap, first, count } = found
  const [stepX, stepY] = [group.width + gap, group.height + gap]
  const [column, row] = [Math.floor((x - found.x) / stepX), Math.floor(y / stepY)]
  const [px, py] = [Math.floor(x - found.x - column * stepX), Math.floor(y - row * stepY)]
  const index = row * columns + column
  if (index >= count || px >= group.width || py >= group.height) return undefined
  const item = first + index
  const from = ((item * group.height + py) * group.width + px) * group.channels
  const label = group.labels?.[item]
  return {
    item,
    ...(group.name && { group: group.name }),
    ...(label !== undefined && { label }),
    position: [px, py],
    value: [...group.pixels.subarray(from, from + group.channels)].join(', '),
  }
}

/** Width of the visible part of the plane, in units of the scene. */
const PLANE_WIDTH = 400

export function pointsScene(view: ScatterView, time: number): Scene {
  const [xMin, xMax, yMin, yMax] = view.extent
  const unit = PLANE_WIDTH / Math.max(1e-9, xMax - xMin)
  const [width, height] = [PLANE_WIDTH, Math.max(1, (yMax - yMin) * unit)]
  return {
    kind: 'points',
    items: 0,
    width,
    height,
    paint(ctx, viewport, { size, theme }) {
      const pixelUnit = unit * viewport.scale
      const plane: Plane = {
        x: 0,
        y: 0,
        ...size,
        unit: pixelUnit,
        px: (x) => viewport.x + (x - xMin) * pixelUnit,
        py: (y) => viewport.y + (yMax - y) * pixelUnit,
      }
      ctx.fillStyle = theme.ground
      ctx.fillRect(0, 0, size.width, size.height)
      paintPlane(ctx, view, plane, theme, time)
      paintLegend(ctx, view, theme, size)
    },
    hitTest: (x, y) => ({ position: [xMin + x / unit, yMax - y / unit] }),
  }
}

function paintLegend(ctx: CanvasRenderingContext2D, view: ScatterView, theme: Theme, pane: Size) {
  const items = scatterLegend(view, theme)
  if (!items.length) return
  setFont(ctx, 10.5)
  const width =
    Math.max(...items.map(({ name }) => ctx.measureText(cutText(name, MAX_LABEL)).width)) + 34
  ctx.globalAlpha = 0.85
  ctx.fillStyle = theme.ground
  // Leaves room for the y labels on the left.
  ctx.fillRect(28, 8, Math.min(width, pane.width - 36), items.length * 14 + 10)
  ctx.globalAlpha = 1
  // Narrow enough that each item gets its own row.
  legend(ctx, items, 34, 12, width - 12, theme)
}

/** Formats a pixel, or a point of the plane. */
export const positionText = ([x, y]: [number, number], kind: Scene['kind']): string =>
  kind === 'pictures'
    ? `${x}, ${y}`
    : `${tickText(Number(x.toPrecision(3)))}, ${tickText(Number(y.toPrecision(3)))}`
