// Output files of a run: images of views, CSV of charts, files of nodes.
import { freeFileName, safeFileName, type SafeFileName } from '../../engine/base/fileName.ts'
import type { ChartView, View } from '../../engine/base/view.ts'
import { toCsv } from '../../painters/csv.ts'
import { lightTheme, paintView } from '../../painters/paint.ts'
import { context2d } from '../../painters/context2d.ts'
import { prepareFolder, writeInFolder } from '../../storage/atomicFile.ts'
import { pngWithWorkflow } from '../../workflow/index.ts'
import { describeFailure } from './failure.ts'

export interface Folder {
  /** Names of the written files, in order. */
  written: string[]
  /** Sentences about files that could not be written, without duplicates. */
  failures: ReadonlySet<string>
  /** Writes a file completely or not at all. Records a failure instead of throwing. */
  write(name: SafeFileName, bytes: Uint8Array | string): Promise<void>
}

/** Opens a folder for writing, creating it if needed. Equal names get a number. */
export async function openFolder(path: string): Promise<Folder> {
  await prepareFolder(path)
  const written: string[] = []
  const failures = new Set<string>()
  return {
    written,
    failures,
    async write(wanted, bytes) {
      const name = freeFileName(wanted, written)
      written.push(name)
      try {
        await writeInFolder(path, name, bytes)
      } catch (error) {
        written.splice(written.indexOf(name), 1)
        failures.add(describeFailure(error).text)
      }
    },
  }
}

/** A folder that discards its files. */
export const discardingFolder = (): Folder => ({
  written: [],
  failures: new Set(),
  write: async () => {},
})

/** The name of a file of a view, from its title. */
export const viewFileName = (title: string, ending: '.csv' | '.png'): SafeFileName =>
  safeFileName(
    (title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '') || 'view') + ending,
  )

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
  texts: [480, 360],
  rows: [360, 200],
  numbers: [420, 200],
  table: [720, 480],
}
const SCALE = 2

/** The package, which declares interfaces of its own that equal those of browsers. */
interface NodeCanvas {
  createCanvas(
    width: number,
    height: number,
  ): OffscreenCanvas & { encode(format: 'png'): Promise<Uint8Array> }
}

/** Loads the painter. Returns undefined without the optional package @napi-rs/canvas. */
export async function loadPainter(): Promise<Painter | undefined> {
  const loaded = await import('@napi-rs/canvas').catch(() => undefined)
  if (!loaded) return undefined
  const { createCanvas } = loaded as unknown as NodeCanvas
  return async (view, workflow) => {
    const [width, height] = SIZES[view.kind]
    const picture = createCanvas(width * SCALE, height * SCALE)
    const context = context2d(picture)
    context.scale(SCALE, SCALE)
    const box = { x: 0, y: 0, width, height }
    paintView(context, view, box, lightTheme, { makeSheet: createCanvas })
    const png = await picture.encode('png')
    return workflow === undefined ? png : pngWithWorkflow(png, workflow)
  }
}
