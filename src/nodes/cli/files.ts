// Output files of a run: images of views, CSV of charts, files of nodes.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ChartView, View } from '../../engine/plan/view.ts'
import { toCsv } from '../painters/csv.ts'
import type { MakeSheet } from '../painters/paint.ts'
import { lightTheme, paintView } from '../painters/paint.ts'
import { pngWithWorkflow } from '../workflow.ts'

export interface Folder {
  /** Names of the written files, in order. */
  written: string[]
  write(name: string, bytes: Uint8Array | string): Promise<void>
}

/** Opens a folder, creating it if needed. Equal names get a number. */
export async function openFolder(path: string): Promise<Folder> {
  await mkdir(path, { recursive: true })
  const written: string[] = []
  return {
    written,
    async write(wanted, bytes) {
      const name = unusedName(basename(wanted), written)
      written.push(name)
      await writeFile(join(path, name), bytes)
    },
  }
}

function unusedName(wanted: string, used: readonly string[]): string {
  const dot = wanted.lastIndexOf('.')
  const [stem, end] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, '']
  let name = wanted
  for (let i = 2; used.includes(name); i++) name = `${stem}-${i}${end}`
  return name
}

/** Converts a title to a file name. */
export const toFileName = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'view'

/** Formats the lines of a chart as CSV, without those of earlier runs. */
export const chartToCsv = ({ xLabel, lines }: ChartView): string =>
  toCsv(
    xLabel,
    lines.filter(({ kept }) => !kept),
  )

/**
 * Paints a view as PNG, and embeds the workflow, if any, so that the editor can open the image.
 */
export type Painter = (view: View, workflow?: string) => Promise<Uint8Array>

const SIZES: Record<View['kind'], [number, number]> = {
  scatter: [512, 540],
  chart: [640, 400],
  statistics: [420, 280],
  images: [512, 540],
  film: [512, 580],
  rows: [360, 200],
  numbers: [420, 200],
}
const SCALE = 2

/** Loads the painter. Returns undefined without the optional package @napi-rs/canvas. */
export async function loadPainter(): Promise<Painter | undefined> {
  const canvas = await import('@napi-rs/canvas').catch(() => undefined)
  if (!canvas) return undefined
  return async (view, workflow) => {
    const [width, height] = SIZES[view.kind]
    const picture = canvas.createCanvas(width * SCALE, height * SCALE)
    const context = picture.getContext('2d')
    context.scale(SCALE, SCALE)
    const box = { x: 0, y: 0, width, height }
    // The package declares equal interfaces of its own.
    const makeSheet = canvas.createCanvas as unknown as MakeSheet
    paintView(context as unknown as CanvasRenderingContext2D, view, box, lightTheme, { makeSheet })
    const png = await picture.encode('png')
    return workflow === undefined ? png : pngWithWorkflow(png, workflow)
  }
}
