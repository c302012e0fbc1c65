// Line styles of a chart: colours by run and name, faint earlier runs, mean over noisy values.
import { darkTheme, lightTheme, type Theme } from '../../painters/theme.ts'
import type { LegendItem } from '../../painters/frame.ts'
import { sortByX, lineKey, lineLabel, smoothChartLine, type ChartLine } from './lines.ts'
import type { PlotColours, PlotStroke } from './plot.ts'

/** A line sorted by x, with its style. */
export interface StyledLine extends ChartLine {
  key: string
  ink: string
  dash: readonly number[]
  hidden: boolean
  /** Values at the cursor: the mean, if there is one. */
  value: ArrayLike<number>
  mean: boolean
}

const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 4, 2, 4]]

/** With one name, colours differ by run; with several, colours differ by name and dashes by run. */
export function styleLines(
  lines: readonly ChartLine[],
  series: Theme['series'],
  hidden: ReadonlySet<string>,
  smoothing: number | undefined,
): StyledLine[] {
  const names = [...new Set(lines.map(({ name }) => name))]
  const runs = [...new Set(lines.map(({ run }) => run))]
  return lines.map((line) => {
    const [name, run] = [names.indexOf(line.name), runs.indexOf(line.run)]
    const colour = line.colour ?? (names.length > 1 ? name : run)
    const rising = sortByX(line)
    const mean = smoothChartLine(rising, smoothing)
    return {
      ...rising,
      key: lineKey(line),
      ink: series[colour % series.length],
      dash: names.length > 1 ? DASHES[run % DASHES.length] : [],
      hidden: hidden.has(lineKey(line)),
      value: mean?.y ?? rising.y,
      mean: mean !== undefined,
    }
  })
}

/** Returns strokes from back to front: faint lines first, raw values below their mean. */
export function lineStrokes(lines: readonly StyledLine[]): PlotStroke[] {
  const visible = lines.filter(({ hidden }) => !hidden)
  return [
    ...visible.filter(({ faint }) => faint),
    ...visible.filter(({ faint }) => !faint),
  ].flatMap((line): PlotStroke[] => {
    const { x, y, value, mean, ink, dash, faint } = line
    const stroke = {
      x,
      ink,
      dash,
      hasMarker: true,
      width: faint ? 1.3 : 1.8,
      alpha: faint ? 0.6 : 1,
      y: value,
    }
    return mean
      ? [{ ...stroke, y, dash: [], hasMarker: false, width: 1, alpha: faint ? 0.12 : 0.3 }, stroke]
      : [stroke]
  })
}

export const legendItems = (lines: readonly StyledLine[]): LegendItem[] =>
  lines
    .filter(({ hidden }) => !hidden)
    .map((line) => ({
      name: lineLabel(line),
      colour: line.ink,
      mark: 'line',
      ...(line.faint && { dim: true }),
    }))

/** Reads the colours of the page for drawing on a canvas. */
export function readChartTheme(): { theme: Theme; colours: PlotColours } {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  const baseTheme = document.documentElement.dataset.theme === 'light' ? lightTheme : darkTheme
  const [text, dim, grid, line, ground] = [
    '--text',
    '--text-soft',
    '--chart-grid',
    '--line-strong',
    '--surface',
  ].map(read)
  const colours = { text, dim, grid, line, ground }
  return { theme: { ...baseTheme, ...colours }, colours: { ...colours, font: read('--font') } }
}
