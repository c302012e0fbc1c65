// Downloads of a chart as PNG and CSV.
import { legend, fitLabel, type LegendItem } from '../../painters/frame.ts'
import { setFont, type Theme } from '../../painters/theme.ts'
import { toCsv } from '../../painters/csv.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { lineLabel } from './lines.ts'
import { legendItems, type StyledLine } from './lineStyles.ts'

interface ExportedChart {
  title: string
  xLabel: string
  lines: readonly StyledLine[]
  theme: Theme
}

/** Downloads the visible lines. */
export function saveCsv({ title, xLabel, lines }: ExportedChart) {
  const labelled = lines
    .filter(({ hidden }) => !hidden)
    .map((line) => ({ ...line, name: lineLabel(line) }))
  const bytes = toCsv(xLabel || 'x', labelled)
  download({ name: format.fileName(title, '.csv'), mime: 'text/csv', bytes })
}

/** Downloads the plot as displayed, below its title and legend. */
export async function savePng(
  plot: HTMLCanvasElement | undefined,
  { title, lines, theme }: ExportedChart,
) {
  const blob = plot && (await drawPng(plot, title, legendItems(lines), theme))
  if (!blob) return
  const bytes = new Uint8Array(await blob.arrayBuffer())
  download({ name: format.fileName(title, '.png'), mime: 'image/png', bytes })
}

const MARGIN = 14

/** Adds title and legend above the plot, in device pixels. Null if the browser cannot encode it. */
async function drawPng(
  plot: HTMLCanvasElement,
  title: string,
  items: readonly LegendItem[],
  theme: Theme,
): Promise<Blob | null> {
  const density = devicePixelRatio
  const width = plot.width / density
  const sheet = document.createElement('canvas')
  const ctx = sheet.getContext('2d')
  if (!ctx) return null
  const drawHeader = () => {
    setFont(ctx, 14, '600')
    ctx.fillStyle = theme.text
    ctx.fillText(fitLabel(ctx, title, width - 2 * MARGIN), MARGIN, MARGIN + 12)
    return MARGIN + 24 + legend(ctx, items, MARGIN, MARGIN + 22, width - 2 * MARGIN, theme)
  }
  // Drawn twice: first to measure the height of the legend.
  const height = plot.height + Math.round(Math.ceil(drawHeader()) * density)
  Object.assign(sheet, { width: plot.width, height })
  ctx.fillStyle = theme.ground
  ctx.fillRect(0, 0, sheet.width, sheet.height)
  ctx.scale(density, density)
  ctx.lineCap = 'round'
  drawHeader()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.drawImage(plot, 0, sheet.height - plot.height)
  return new Promise((resolve) => sheet.toBlob(resolve, 'image/png'))
}
