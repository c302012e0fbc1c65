// Pictures and films as files: PNG, a sheet of frames, GIF and animated PNG. What can hold it has the workflow in it.
import { gifWriter } from '../../engine/gif.ts'
import { beside, evenly, gridOf, pictureAt, withoutAlpha } from '../../engine/pictures.ts'
import type { FilmView, Pictures, ScatterView } from '../../engine/plan/view.ts'
import { apngWriter, encodePng } from '../../engine/png.ts'
import { pngWithWorkflow } from '../../nodes/workflow/png.ts'
import type { Theme } from '../../nodes/views/canvas.ts'
import { isTimed } from '../../nodes/views/time.ts'
import { fitted } from './lens.ts'
import { groupsOf, pointsScene, type Shown } from './scene.ts'

const formats = ['gif', 'apng', 'png', 'sheet'] as const
export type Format = (typeof formats)[number]

export interface Options {
  format: Format
  /** Whole: each pixel becomes so many a side. */
  scale: number
  /** Frames a second. */
  perSecond: number
  /** How long the last frame stays, in seconds. */
  hold: number
  forever: boolean
  /** On a sheet, from left to right. */
  frames: number
}

/** What is saved: of a film a place in time, and perhaps one of its pictures alone. */
export interface Chosen {
  view: Shown
  at: number
  item: number | undefined
}

export const formatsOf = (view: Shown): readonly Format[] => (isTimed(view) ? formats : ['png'])

/** A pixel between pictures: it grows with them. */
const GAP = 1
/** Of points, a side at the size of 1. */
const PLANE = 512
/** No picture has more pixels than this, and no film in all of its frames. */
const MOST = { picture: 2 ** 24, film: 2 ** 28 }

/** Groups next to each other as one picture of true pixels. */
function flattened({ view, at, item }: Chosen): Pictures | undefined {
  if (view.kind === 'scatter') return undefined
  const grids = groupsOf(view, at)
    .filter(({ count }) => item === undefined || item < count)
    .map((group) => gridOf(item === undefined ? group : pictureAt(group, item), { columns: view.columns, gap: GAP, scale: 1 }))
  return grids.length ? beside(grids, 2 * GAP) : undefined
}

/** A column a frame, its pictures below each other. */
function sheetOf(film: FilmView, item: number | undefined, frames: number): Pictures {
  const columns = evenly(film.frames.length, frames).map((i) => {
    const frame = film.frames[i]!
    return gridOf(item === undefined ? frame : pictureAt(frame, item), { columns: 1, gap: GAP, scale: 1 })
  })
  return beside(columns, GAP)
}

export interface FileSize {
  width: number
  height: number
  frames: number
  /** More than can be written. */
  tooLarge: boolean
}

export function sizeOf(chosen: Chosen, { format, scale, frames }: Options): FileSize {
  const { view } = chosen
  const times = isTimed(view) ? view.t.length : 1
  const flat = flatSize(chosen, format === 'sheet' ? Math.min(times, frames) : undefined)
  const [width, height] = [flat.width * scale, flat.height * scale]
  const count = format === 'gif' || format === 'apng' ? times : 1
  const tooLarge = width * height > MOST.picture || width * height * count > MOST.film || Math.max(width, height) > 16_384
  return { width, height, frames: count, tooLarge }
}

/** At the size of 1; `columns`: as a sheet of so many frames. */
function flatSize(chosen: Chosen, columns: number | undefined): { width: number; height: number } {
  const { view, item } = chosen
  if (view.kind === 'scatter') {
    const { width, height } = planeOf(view)
    return columns === undefined ? { width, height } : { width: columns * (width + GAP) - GAP, height }
  }
  if (view.kind === 'film' && columns !== undefined) return sheetOf(view, item, columns)
  return flattened(chosen) ?? { width: 0, height: 0 }
}

function planeOf({ extent: [xMin, xMax, yMin, yMax] }: ScatterView) {
  return { width: PLANE, height: Math.max(1, Math.round((PLANE * (yMax - yMin)) / (xMax - xMin))) }
}

interface Work {
  theme: Theme
  /** Undefined: none goes into it. */
  workflow: string | undefined
  signal: AbortSignal
  /** From 0 to 1. */
  onProgress: (share: number) => void
}

/** The bytes of the file. Throws if `signal` ends it. */
export async function written(chosen: Chosen, options: Options, work: Work): Promise<Uint8Array<ArrayBuffer>> {
  const { format } = options
  const withWorkflow = (bytes: Uint8Array<ArrayBuffer>) =>
    work.workflow === undefined ? bytes : (pngWithWorkflow(bytes, work.workflow) as Uint8Array<ArrayBuffer>)
  const frames = framesOf(chosen, options, work.theme)
  if (format === 'gif') return animated(frames, options, work)
  if (format === 'apng') return withWorkflow(await animated(frames, options, work))
  return withWorkflow(encodePng(format === 'sheet' ? frames.sheet() : frames.one()))
}

/** What is written, in its last size. */
interface Frames {
  count: number
  at(index: number): Pictures
  /** By which a writer can make it larger still; `at` gives it without. */
  scale: number
  one(): Pictures
  sheet(): Pictures
}

function framesOf(chosen: Chosen, { scale, frames }: Options, theme: Theme): Frames {
  const { view, at, item } = chosen
  const count = isTimed(view) ? view.t.length : 1
  if (view.kind === 'scatter') {
    const paint = (time: number) => paintedPoints(view, time, scale, theme)
    const frameOf = (index: number) => paint(count === 1 ? 1 : index / (count - 1))
    return {
      count,
      at: frameOf,
      scale: 1,
      one: () => paint(at),
      sheet: () => beside(evenly(count, frames).map(frameOf), GAP * scale),
    }
  }
  const enlarged = (flat: Pictures) => gridOf(flat, { columns: 1, gap: 0, scale })
  return {
    count,
    at: (index) => flattened({ view, at: index / (count - 1), item })!,
    scale,
    one: () => enlarged(flattened(chosen)!),
    sheet: () => enlarged(sheetOf(view as FilmView, item, frames)),
  }
}

/** Frame by frame, with a breath between: the page goes on. */
async function animated(frames: Frames, options: Options, { signal, onProgress }: Work) {
  const { format, perSecond, hold, forever } = options
  const { count, scale } = frames
  const loops = forever ? 0 : 1
  const writer = format === 'gif' ? gifWriter(scale, loops) : apngWriter(count, loops)
  for (let i = 0; i < count; i++) {
    const flat = frames.at(i)
    const picture = format === 'gif' || scale === 1 ? flat : gridOf(flat, { columns: 1, gap: 0, scale })
    writer.add(picture, i === count - 1 ? Math.max(1000 / perSecond, 1000 * hold) : 1000 / perSecond)
    onProgress((i + 1) / count)
    await new Promise((resolve) => setTimeout(resolve))
    signal.throwIfAborted()
  }
  return writer.bytes()
}

/** Points as pixels, at a place in time. */
function paintedPoints(view: ScatterView, time: number, scale: number, theme: Theme): Pictures {
  const room = planeOf(view)
  const scene = pointsScene(view, time)
  const [width, height] = [room.width * scale, room.height * scale]
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  ctx.scale(scale, scale)
  scene.paint(ctx as unknown as CanvasRenderingContext2D, fitted(scene, room), { room, theme, smooth: false })
  return { width, height, channels: 3, count: 1, pixels: withoutAlpha(ctx.getImageData(0, 0, width, height).data) }
}
