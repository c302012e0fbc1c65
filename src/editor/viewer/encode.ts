// Encoding of pictures and films as PNG, contact sheet, GIF or APNG. PNGs embed the workflow.
import { gifWriter } from '../../engine/images/gif.ts'
import {
  arrangeRow,
  evenIndices,
  arrangeGrid,
  pictureAt,
  removeAlpha,
} from '../../engine/images/pixels.ts'
import type { FilmView, Pictures, ScatterView } from '../../engine/base/view.ts'
import { apngWriter, encodePng } from '../../engine/images/png.ts'
import { pngWithWorkflow } from '../../workflow/png.ts'
import type { Theme } from '../../painters/theme.ts'
import { isTimed } from '../../painters/time.ts'
import { pictureGroups, pointsScene, type PictureView } from './scene.ts'
import { fitViewport } from './viewport.ts'

const formats = ['gif', 'apng', 'png', 'sheet'] as const
export type Format = (typeof formats)[number]

export interface SaveOptions {
  format: Format
  /** Integer; each pixel becomes a square of this side. */
  scale: number
  /** Frames per second. */
  perSecond: number
  /** Duration of the last frame in seconds. */
  hold: number
  forever: boolean
  /** Number of frames on a contact sheet, from left to right. */
  frames: number
}

/** Pictures to save: a time in a film, and optionally only one of its pictures. */
export interface PictureSelection {
  view: PictureView
  at: number
  item: number | undefined
}

export const availableFormats = (view: PictureView): readonly Format[] =>
  isTimed(view) ? formats : ['png']

/** Pixels between pictures, before scaling. */
const GAP = 1
/** Width of a plot of points, before scaling. */
const PLANE = 512
/** Limits per picture, and for all frames of a film. */
const MAX_PIXELS = { picture: 2 ** 24, film: 2 ** 28 }

/** Joins groups side by side into one unscaled picture. */
function flattenGroups({ view, at, item }: PictureSelection): Pictures | undefined {
  if (view.kind === 'scatter') return undefined
  const grids = pictureGroups(view, at)
    .filter(({ count }) => item === undefined || item < count)
    .map((group) =>
      arrangeGrid(item === undefined ? group : pictureAt(group, item), {
        columns: view.columns,
        gap: GAP,
        scale: 1,
      }),
    )
  return grids.length ? arrangeRow(grids, 2 * GAP) : undefined
}

/** Contact sheet with one column per frame and its pictures below each other. */
function frameSheet(film: FilmView, item: number | undefined, frames: number): Pictures {
  const columns = evenIndices(film.frames.length, frames).map((i) => {
    const frame = film.frames[i]
    return arrangeGrid(item === undefined ? frame : pictureAt(frame, item), {
      columns: 1,
      gap: GAP,
      scale: 1,
    })
  })
  return arrangeRow(columns, GAP)
}

export interface OutputSize {
  width: number
  height: number
  frames: number
  /** True above the limits of the encoders. */
  tooLarge: boolean
}

export function outputSize(
  selection: PictureSelection,
  { format, scale, frames }: SaveOptions,
): OutputSize {
  const { view } = selection
  const times = isTimed(view) ? view.t.length : 1
  const size = unscaledSize(selection, format === 'sheet' ? Math.min(times, frames) : undefined)
  const [width, height] = [size.width * scale, size.height * scale]
  const count = format === 'gif' || format === 'apng' ? times : 1
  const tooLarge =
    width * height > MAX_PIXELS.picture ||
    width * height * count > MAX_PIXELS.film ||
    Math.max(width, height) > 16_384
  return { width, height, frames: count, tooLarge }
}

/** Size before scaling; `columns` is the number of frames of a contact sheet. */
function unscaledSize(
  selection: PictureSelection,
  columns: number | undefined,
): { width: number; height: number } {
  const { view, item } = selection
  if (view.kind === 'scatter') {
    const { width, height } = plotPlaneSize(view)
    return columns === undefined
      ? { width, height }
      : { width: columns * (width + GAP) - GAP, height }
  }
  if (view.kind === 'film' && columns !== undefined) return frameSheet(view, item, columns)
  return flattenGroups(selection) ?? { width: 0, height: 0 }
}

function plotPlaneSize({ extent: [xMin, xMax, yMin, yMax] }: ScatterView) {
  return { width: PLANE, height: Math.max(1, Math.round((PLANE * (yMax - yMin)) / (xMax - xMin))) }
}

interface EncodeContext {
  theme: Theme
  /** Embedded in PNGs. */
  workflow: string | undefined
  signal: AbortSignal
  /** Receives the fraction done. */
  onProgress: (fraction: number) => void
}

/** Returns the bytes of the file. Throws if `signal` aborts it. */
export async function encodePictures(
  selection: PictureSelection,
  options: SaveOptions,
  context: EncodeContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const { format } = options
  const withWorkflow = (bytes: Uint8Array<ArrayBuffer>) =>
    context.workflow === undefined
      ? bytes
      : (pngWithWorkflow(bytes, context.workflow) as Uint8Array<ArrayBuffer>)
  const frames = encodeFrames(selection, options, context.theme)
  if (format === 'gif') return encodeAnimation(frames, options, context)
  if (format === 'apng') return withWorkflow(await encodeAnimation(frames, options, context))
  return withWorkflow(encodePng(format === 'sheet' ? frames.sheet() : frames.picture()))
}

/** Pictures to encode, painted on demand. */
interface Frames {
  count: number
  /** Frame before `scale` is applied. */
  frame(index: number): Pictures
  /** Scale that remains to be applied to frames. */
  scale: number
  /** Selected frame in its final size. */
  picture(): Pictures
  /** Contact sheet in its final size. */
  sheet(): Pictures
}

function encodeFrames(
  { view, at, item }: PictureSelection,
  { scale, frames }: SaveOptions,
  theme: Theme,
): Frames {
  const count = isTimed(view) ? view.t.length : 1
  if (view.kind === 'scatter') {
    const paint = (time: number) => paintPoints(view, time, scale, theme)
    const frame = (index: number) => paint(count === 1 ? 1 : index / (count - 1))
    return {
      count,
      frame,
      scale: 1,
      picture: () => paint(at),
      sheet: () => arrangeRow(evenIndices(count, frames).map(frame), GAP * scale),
    }
  }
  const enlarge = (picture: Pictures) => arrangeGrid(picture, { columns: 1, gap: 0, scale })
  const pictureAtTime = (at: number) => {
    const picture = flattenGroups({ view, at, item })
    if (!picture) throw new RangeError('The view has no pictures.')
    return picture
  }
  return {
    count,
    frame: (index) => pictureAtTime(index / (count - 1)),
    scale,
    picture: () => enlarge(pictureAtTime(at)),
    sheet: () => enlarge(frameSheet(view as FilmView, item, frames)),
  }
}

/** Encodes frame by frame, and yields in between to keep the page responsive. */
async function encodeAnimation(
  frames: Frames,
  options: SaveOptions,
  { signal, onProgress }: EncodeContext,
) {
  const { format, perSecond, hold, forever } = options
  const { count, scale } = frames
  const loops = forever ? 0 : 1
  const writer = format === 'gif' ? gifWriter(scale, loops) : apngWriter(count, loops)
  for (let i = 0; i < count; i++) {
    const frame = frames.frame(i)
    const picture =
      format === 'gif' || scale === 1 ? frame : arrangeGrid(frame, { columns: 1, gap: 0, scale })
    writer.add(
      picture,
      i === count - 1 ? Math.max(1000 / perSecond, 1000 * hold) : 1000 / perSecond,
    )
    onProgress((i + 1) / count)
    await new Promise((resolve) => setTimeout(resolve))
    signal.throwIfAborted()
  }
  return writer.bytes()
}

/** Paints points at a time from 0 to 1. */
function paintPoints(view: ScatterView, time: number, scale: number, theme: Theme): Pictures {
  const size = plotPlaneSize(view)
  const scene = pointsScene(view, time)
  const [width, height] = [size.width * scale, size.height * scale]
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const ctx = canvas.getContext('2d', { willReadFrequently: true })
  if (!ctx) throw new TypeError('No 2D context')
  ctx.scale(scale, scale)
  scene.paint(ctx, fitViewport(scene, size), { size, theme, smooth: false })
  return {
    width,
    height,
    channels: 3,
    count: 1,
    pixels: removeAlpha(ctx.getImageData(0, 0, width, height).data),
  }
}
