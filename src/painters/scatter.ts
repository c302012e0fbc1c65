// Points in the plane, or projected to it: clouds, paths, moving points, arrows of a field,
// ellipses of one standard deviation.
import { projectPoints } from '../engine/base/turntable.ts'
import type { ScatterView } from '../engine/base/view.ts'
import type { Box, LegendItem } from './frame.ts'
import type { Theme } from './theme.ts'
import { beginPainting, crisp, legend, legendPlaces, fitLabel } from './frame.ts'
import { fitPlane, type Plane } from './plane.ts'
import { withLook, type PlotControls, type PlotLook } from './plotLook.ts'
import { drawPlotNote } from './plotNote.ts'
import { translateText, setFont } from './theme.ts'
import { ticks, tickText } from './ticks.ts'
import { frameAt, isTimed, paintTrack, timeBelow, type Timed } from './time.ts'

export interface ScatterOptions {
  /** Position in time, from 0 to 1. */
  at?: number
  look?: PlotLook | undefined
  /** Receives the places that change the look when they are clicked. */
  onControls?: ((controls: PlotControls) => void) | undefined
}

/** Scales both axes equally, so that circles are round; extra space shows more of the plane. */
export function paintScatter(
  ctx: CanvasRenderingContext2D,
  original: ScatterView,
  box: Box,
  theme: Theme,
  { at = 1, look, onControls }: ScatterOptions = {},
) {
  beginPainting(ctx, box, theme)
  const view = withLook(original, look)
  const items = scatterLegend(view, theme, look)
  const inner = { x: box.x + 8, width: box.width - 16 }
  const hasLegend = box.height > 120 && items.length > 0
  const places = hasLegend ? legendPlaces(ctx, items, inner.x, box.y + 6, inner.width) : []
  const above = hasLegend ? legend(ctx, items, inner.x, box.y + 6, inner.width, theme) + 6 : 6
  const scrubbed = isTimed(view) && box.height > 90
  const time = timeBelow(box)
  const below = scrubbed ? time.height + 2 : view.caption && box.height > 90 ? 20 : 6
  const plane = fitPlane(view, { ...inner, y: box.y + above, height: box.height - above - below })

  paintPlane(ctx, view, plane, theme, at)
  const canFit = onControls !== undefined
  const note = drawPlotNote(ctx, cloudsAt(view, at), plane, theme, { canFit, look })
  const fromBox = (place: Box) => ({ ...place, x: place.x - box.x, y: place.y - box.y })
  onControls?.({ clouds: places.map(fromBox), ...(note && { note: fromBox(note) }) })
  if (scrubbed) paintTrack(ctx, view, frameAt(view, at), time.track, theme)
  else if (view.caption && below > 6) {
    setFont(ctx, 11)
    ctx.fillStyle = theme.dim
    ctx.textAlign = 'center'
    ctx.fillText(
      fitLabel(ctx, translateText(theme, view.caption), inner.width),
      box.x + box.width / 2,
      box.y + box.height - 6,
    )
  }
  ctx.restore()
}

/** Paints everything except legend, caption and track. */
export function paintPlane(
  ctx: CanvasRenderingContext2D,
  view: ScatterView,
  plane: Plane,
  theme: Theme,
  at = 1,
) {
  if (view.space) drawScatterAxes(ctx, view, plane, theme)
  else drawGrid(ctx, plane, theme)
  const frame = isTimed(view) ? frameAt(view, at) : undefined
  const clouds = cloudsAt(view, at)
  ctx.save()
  ctx.beginPath()
  ctx.rect(plane.x, plane.y, plane.width, plane.height)
  ctx.clip()
  if (view.field) paintArrows(ctx, view.field, plane, theme)
  clouds.forEach((cloud, i) => paintCloud(ctx, cloud, i, plane, theme, clouds.length))
  view.paths.forEach((path, i) => {
    const walked = frame === undefined ? path : path.subarray(0, 2 * frame + 2)
    paintPath(ctx, walked, plane, theme.series[i % theme.series.length])
  })
  if (view.ellipses) paintEllipses(ctx, view.ellipses, plane, theme)
  ctx.restore()
}

/** The clouds, and the moving points at a time. */
function cloudsAt(view: ScatterView, at: number): ScatterView['clouds'] {
  const points = isTimed(view) ? view.moving?.[frameAt(view, at)] : undefined
  return points ? [...view.clouds, { name: '', points }] : view.clouds
}

/** Planes narrower than this, in pixels, get thinner lines. */
const SMALL_PLANE = 100

/** Most paths and points in a thumbnail, where more would not be visible. */
const STRIP_LIMITS = { paths: 60, points: 600 }

/** Draws thumbnails of the moving points, each above its position in time. */
export function paintPointsStrip(
  ctx: CanvasRenderingContext2D,
  view: ScatterView & Timed,
  track: Box,
  theme: Theme,
) {
  const { extent, paths, moving } = view
  const few: ScatterView = {
    kind: 'scatter',
    clouds: [],
    extent,
    t: view.t,
    paths: paths.slice(0, STRIP_LIMITS.paths),
    ...(moving && { moving: moving.map((points) => points.subarray(0, 2 * STRIP_LIMITS.points)) }),
  }
  const height = track.height - 4
  const width = Math.min(
    track.width / 3,
    (height * (extent[1] - extent[0])) / Math.max(1e-9, extent[3] - extent[2]),
  )
  const count = Math.min(Math.floor(track.width / (width + 2)), view.t.length)
  for (let i = 0; i < count; i++) {
    const at = count === 1 ? 1 : i / (count - 1)
    const box = { x: track.x + at * (track.width - width), y: track.y + 2, width, height }
    ctx.fillStyle = theme.ground
    ctx.fillRect(box.x, box.y, box.width, box.height)
    paintPlane(ctx, few, fitPlane(few, box), theme, at)
  }
}

/** The first of several clouds is the reference for the others. */
const cloudColour = (i: number, count: number, theme: Theme) =>
  count > 1 && i === 0
    ? theme.reference
    : theme.series[(count > 1 ? i - 1 : i) % theme.series.length]

export const scatterLegend = (
  { clouds }: ScatterView,
  theme: Theme,
  look?: PlotLook,
): LegendItem[] =>
  clouds.length > 1
    ? clouds.map(({ name }, i) => ({
        name,
        colour: look?.hidden.has(i) ? theme.grid : cloudColour(i, clouds.length, theme),
        mark: 'dot',
        ...(look?.hidden.has(i) && { dim: true }),
      }))
    : []

function drawGrid(ctx: CanvasRenderingContext2D, plane: Plane, theme: Theme) {
  const { x, y, width, height, unit } = plane
  const spanX = width / unit / 2
  const spanY = height / unit / 2
  const [cx, cy] = [(x + width / 2 - plane.px(0)) / unit, (plane.py(0) - y - height / 2) / unit]
  const step = (() => {
    const marks = ticks(cx - spanX, cx + spanX, Math.max(2, width / 42))
    return marks.length > 1 ? marks[1] - marks[0] : spanX
  })()
  const multiples = (from: number, to: number) =>
    Array.from(
      { length: Math.max(0, Math.floor(to / step) - Math.ceil(from / step) + 1) },
      (_, i) => (Math.ceil(from / step) + i) * step,
    )
  const xs = multiples(cx - spanX, cx + spanX)
  const ys = multiples(cy - spanY, cy + spanY)
  ctx.lineWidth = 1
  ctx.strokeStyle = theme.grid
  ctx.beginPath()
  for (const v of xs) addLine(ctx, crisp(plane.px(v)), y, crisp(plane.px(v)), y + height)
  for (const v of ys) addLine(ctx, x, crisp(plane.py(v)), x + width, crisp(plane.py(v)))
  ctx.stroke()
  if (width < 120 || height < 80) return
  setFont(ctx, 9)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  for (const v of xs) {
    const at = plane.px(v)
    if (at > x + 22 && at < x + width - 8) ctx.fillText(tickText(roundTick(v)), at, y + height - 3)
  }
  ctx.textAlign = 'left'
  for (const v of ys) {
    const at = plane.py(v)
    if (at > y + 8 && at < y + height - 14) ctx.fillText(tickText(roundTick(v)), x + 2, at - 2)
  }
}

/** Draws the three axes of points in space, from the origin to the extent of the view. */
function drawScatterAxes(
  ctx: CanvasRenderingContext2D,
  { extent, space }: ScatterView,
  plane: Plane,
  theme: Theme,
) {
  if (!space) return
  const reach = 0.6 * extent[1]
  const ends = projectPoints([reach, 0, 0, 0, reach, 0, 0, 0, reach], space.angles).points
  ctx.lineWidth = 1
  ctx.strokeStyle = theme.line
  setFont(ctx, 10)
  ctx.fillStyle = theme.dim
  ctx.textAlign = 'center'
  for (const [i, name] of ['x', 'y', 'z'].entries()) {
    const [x, y] = [ends[2 * i], ends[2 * i + 1]]
    ctx.beginPath()
    addLine(ctx, plane.px(0), plane.py(0), plane.px(x), plane.py(y))
    ctx.stroke()
    ctx.fillText(name, plane.px(1.1 * x), plane.py(1.1 * y) + 3)
  }
}

const roundTick = (value: number) => Number(value.toPrecision(10))

function addLine(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number) {
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
}

/** Clouds on top of others are more transparent, so that those below can be seen. */
const cloudOpacity = (points: number, clouds: number) =>
  points > 3000 ? (clouds > 1 ? 0.3 : 0.45) : points > 300 ? (clouds > 1 ? 0.45 : 0.65) : 0.9

function paintCloud(
  ctx: CanvasRenderingContext2D,
  { points, labels }: ScatterView['clouds'][number],
  i: number,
  plane: Plane,
  theme: Theme,
  clouds: number,
) {
  const count = points.length / 2
  // Few points are large; many are small, and their overlap shows density.
  const radius = Math.min(
    4,
    Math.max(1.1, (Math.sqrt(plane.width * plane.height) / Math.sqrt(count + 1)) * 0.16),
  )
  ctx.globalAlpha = cloudOpacity(count, clouds)
  ctx.fillStyle = cloudColour(i, clouds, theme)
  for (let k = 0; k < count; k++) {
    const [x, y] = [plane.px(points[2 * k]), plane.py(points[2 * k + 1])]
    if (
      !(
        x > plane.x - 5 &&
        x < plane.x + plane.width + 5 &&
        y > plane.y - 5 &&
        y < plane.y + plane.height + 5
      )
    )
      continue
    // With several clouds, colours of classes would be mistaken for those of clouds.
    if (labels && clouds === 1)
      ctx.fillStyle = theme.series[Math.abs(labels[k]) % theme.series.length]
    ctx.beginPath()
    ctx.arc(x, y, radius, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.globalAlpha = 1
}

/** Fades in from its start, with a dot at its end. */
function paintPath(
  ctx: CanvasRenderingContext2D,
  path: Float32Array,
  plane: Plane,
  colour: string,
) {
  const count = path.length / 2
  if (count < 1) return
  const small = plane.width < SMALL_PLANE
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.lineWidth = small ? 0.8 : 1.2
  const parts = Math.min(6, count - 1)
  for (let part = 0; part < parts; part++) {
    ctx.globalAlpha = 0.2 + (0.65 * (part + 1)) / parts
    ctx.beginPath()
    const to = Math.floor(((part + 1) * (count - 1)) / parts)
    for (
      let k = Math.floor((part * (count - 1)) / parts), first = true;
      k <= to;
      k++, first = false
    ) {
      const [x, y] = [plane.px(path[2 * k]), plane.py(path[2 * k + 1])]
      if (first) ctx.moveTo(x, y)
      else ctx.lineTo(x, y)
    }
    ctx.stroke()
  }
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.arc(
    plane.px(path[2 * count - 2]),
    plane.py(path[2 * count - 1]),
    small ? 1.2 : 2.4,
    0,
    2 * Math.PI,
  )
  ctx.fill()
}

/**
 * Scales all arrows so that 95 % fit between their neighbours, and cuts the rest to that length.
 */
function paintArrows(
  ctx: CanvasRenderingContext2D,
  field: Float32Array,
  plane: Plane,
  theme: Theme,
) {
  const count = Math.floor(field.length / 4)
  const lengths = Array.from({ length: count }, (_, i) =>
    Math.hypot(field[4 * i + 2], field[4 * i + 3]),
  )
  const usual = [...lengths].sort((a, b) => a - b)[Math.floor(0.95 * (count - 1))] || 1
  const room = Math.sqrt((plane.width * plane.height) / Math.max(1, count)) * 0.9
  ctx.strokeStyle = ctx.fillStyle = theme.dim
  ctx.lineWidth = 1
  for (let i = 0; i < count; i++) {
    const share = Math.min(1, lengths[i] / usual)
    if (!(share > 0.01)) continue
    const [x, y] = [plane.px(field[4 * i]), plane.py(field[4 * i + 1])]
    const long = share * room
    const [dx, dy] = [field[4 * i + 2] / lengths[i], -field[4 * i + 3] / lengths[i]]
    const head = Math.min(5, 0.45 * long)
    const [tx, ty] = [x + dx * long, y + dy * long]
    ctx.globalAlpha = 0.35 + 0.55 * share
    ctx.beginPath()
    addLine(ctx, x, y, tx - dx * head * 0.8, ty - dy * head * 0.8)
    ctx.stroke()
    ctx.beginPath()
    ctx.moveTo(tx, ty)
    ctx.lineTo(tx - dx * head - dy * head * 0.5, ty - dy * head + dx * head * 0.5)
    ctx.lineTo(tx - dx * head + dy * head * 0.5, ty - dy * head - dx * head * 0.5)
    ctx.fill()
  }
  ctx.globalAlpha = 1
}

function paintEllipses(
  ctx: CanvasRenderingContext2D,
  ellipses: Float32Array,
  plane: Plane,
  theme: Theme,
) {
  ctx.strokeStyle = ctx.fillStyle = theme.series[1]
  ctx.lineWidth = 1.2
  for (let i = 0; i + 3 < ellipses.length; i += 4) {
    const [x, y] = [plane.px(ellipses[i]), plane.py(ellipses[i + 1])]
    ctx.beginPath()
    ctx.ellipse(
      x,
      y,
      Math.abs(ellipses[i + 2]) * plane.unit,
      Math.abs(ellipses[i + 3]) * plane.unit,
      0,
      0,
      2 * Math.PI,
    )
    ctx.globalAlpha = 0.12
    ctx.fill()
    ctx.globalAlpha = 0.9
    ctx.stroke()
    ctx.beginPath()
    ctx.arc(x, y, 1.5, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.globalAlpha = 1
}
