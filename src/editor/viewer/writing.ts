// Pictures and films as files: PNG, a sheet of frames, GIF and animated PNG. What can hold it has the workflow in it.
import { gifWriter } from '../../engine/gif.ts'
import { beside, evenly, gridOf, pictureAt } from '../../engine/pictures.ts'
import type { FilmView, Pictures } from '../../engine/plan/view.ts'
import { apngWriter, encodePng } from '../../engine/png.ts'
import { pngWithWorkflow } from '../../nodes/workflow/png.ts'
import type { Theme } from '../../nodes/views/canvas.ts'
import { fitted } from './lens.ts'
import { groupsOf, pointsScene, type Shown } from './scene.ts'

export const formats = ['gif', 'apng', 'png', 'sheet'] as const
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

export const formatsOf = (view: Shown): readonly Format[] => (view.kind === 'film' && view.frames.length > 1 ? formats : ['png'])

/** A pixel between pictures: it grows with them. */
const GAP = 1
/** Of points, a side at the size of 1. */
const PLANE = 512
/** No picture has more pixels than this, and no film in all of its frames. */
const MOST = { picture: 2 ** 24, film: 2 ** 28 }

/** Groups next to each other as one picture of true pixels. */
export function flattened({ view, at, item }: Chosen): Pictures | undefined {
  if (view.kind === 'scatter') return undefined
  const grids = groupsOf(view, at)
    .filter(({ count }) => item === undefined || item < count)
    .map((group) => gridOf(item === undefined ? group : pictureAt(group, item), { columns: view.columns, gap: GAP, scale: 1 }))
  return grids.length ? beside(grids, 2 * GAP) : undefined
}

/** A column a frame, its pictures below each other. */
export function sheetOf(film: FilmView, item: number | undefined, frames: number): Pictures {
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
  const film = view.kind === 'film' ? view : undefined
  const flat =
    view.kind === 'scatter'
      ? planeOf(chosen)
      : film && format === 'sheet'
        ? sheetOf(film, chosen.item, frames)
        : (flattened(chosen) ?? { width: 0, height: 0 })
  const [width, height] = [flat.width * scale, flat.height * scale]
  const count = film && (format === 'gif' || format === 'apng') ? film.frames.length : 1
  const tooLarge = width * height > MOST.picture || width * height * count > MOST.film || Math.max(width, height) > 16_384
  return { width, height, frames: count, tooLarge }
}

function planeOf({ view }: Chosen) {
  const [xMin, xMax, yMin, yMax] = view.kind === 'scatter' ? view.extent : [0, 1, 0, 1]
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
  const { view } = chosen
  const withWorkflow = (bytes: Uint8Array<ArrayBuffer>) =>
    work.workflow === undefined ? bytes : (pngWithWorkflow(bytes, work.workflow) as Uint8Array<ArrayBuffer>)
  if (view.kind === 'scatter') return withWorkflow(await pngOfPoints(chosen, options, work.theme))
  if (view.kind === 'film' && options.format === 'gif') return animated(view, chosen.item, options, work)
  if (view.kind === 'film' && options.format === 'apng') return withWorkflow(await animated(view, chosen.item, options, work))
  const flat =
    view.kind === 'film' && options.format === 'sheet' ? sheetOf(view, chosen.item, options.frames) : flattened(chosen)!
  return withWorkflow(encodePng(gridOf(flat, { columns: 1, gap: 0, scale: options.scale })))
}

/** Frame by frame, with a breath between: the page goes on. */
async function animated(film: FilmView, item: number | undefined, options: Options, { signal, onProgress }: Work) {
  const { format, scale, perSecond, hold, forever } = options
  const count = film.frames.length
  const loops = forever ? 0 : 1
  const writer = format === 'gif' ? gifWriter(scale, loops) : apngWriter(count, loops)
  for (let i = 0; i < count; i++) {
    const flat = flattened({ view: film, at: i / (count - 1), item })!
    const picture = format === 'gif' ? flat : gridOf(flat, { columns: 1, gap: 0, scale })
    writer.add(picture, i === count - 1 ? Math.max(1000 / perSecond, 1000 * hold) : 1000 / perSecond)
    onProgress((i + 1) / count)
    await new Promise((resolve) => setTimeout(resolve))
    signal.throwIfAborted()
  }
  return writer.bytes()
}

async function pngOfPoints(chosen: Chosen, { scale }: Options, theme: Theme): Promise<Uint8Array<ArrayBuffer>> {
  const { view } = chosen
  if (view.kind !== 'scatter') return new Uint8Array()
  const room = planeOf(chosen)
  const scene = pointsScene(view)
  const canvas = new OffscreenCanvas(room.width * scale, room.height * scale)
  const ctx = canvas.getContext('2d')!
  ctx.scale(scale, scale)
  scene.paint(ctx as unknown as CanvasRenderingContext2D, fitted(scene, room), { room, theme, smooth: false })
  return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())
}
