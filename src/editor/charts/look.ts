// How the lines of a chart look: colours by run and name, earlier ones faint, noisy ones under their mean.
import { darkTheme, lightTheme, type LegendItem, type Theme } from '../../nodes/views/canvas.ts'
import { ascending, keyOf, labelOf, meanOf, type ChartLine } from './lines.ts'
import type { Colours, Stroke } from './plot.ts'

/** A line with its colour, its x rising. */
export interface Drawn extends ChartLine {
  key: string
  ink: string
  dash: readonly number[]
  hidden: boolean
  /** What the cursor reads: the mean, where there is one. */
  value: ArrayLike<number>
  mean: boolean
}

const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 4, 2, 4]]

/**
 * Lines of one name have colours by their runs. Lines of several names have them by name, and runs differ by dashes.
 */
export function drawnOf(
  lines: readonly ChartLine[],
  series: Theme['series'],
  hidden: ReadonlySet<string>,
  smoothing: number | undefined,
): Drawn[] {
  const names = [...new Set(lines.map(({ name }) => name))]
  const runs = [...new Set(lines.map(({ run }) => run))]
  return lines.map((line) => {
    const [name, run] = [names.indexOf(line.name), runs.indexOf(line.run)]
    const colour = line.colour ?? (names.length > 1 ? name : run)
    const rising = ascending(line)
    const mean = meanOf(rising, smoothing)
    return {
      ...rising,
      key: keyOf(line),
      ink: series[colour % series.length]!,
      dash: names.length > 1 ? DASHES[run % DASHES.length]! : [],
      hidden: hidden.has(keyOf(line)),
      value: mean?.y ?? rising.y,
      mean: mean !== undefined,
    }
  })
}

/** What is drawn, back to front: faint lines first, raw values under their mean. */
export function strokesOf(lines: readonly Drawn[]): Stroke[] {
  const seen = lines.filter(({ hidden }) => !hidden)
  return [...seen.filter(({ faint }) => faint), ...seen.filter(({ faint }) => !faint)].flatMap((line): Stroke[] => {
    const { x, y, value, mean, ink, dash, faint } = line
    const stroke = { x, ink, dash, read: true, width: faint ? 1.3 : 1.8, alpha: faint ? 0.6 : 1, y: value }
    return mean ? [{ ...stroke, y, dash: [], read: false, width: 1, alpha: faint ? 0.12 : 0.3 }, stroke] : [stroke]
  })
}

export const legendOf = (lines: readonly Drawn[]): LegendItem[] =>
  lines
    .filter(({ hidden }) => !hidden)
    .map((line) => ({ name: labelOf(line), colour: line.ink, mark: 'line', ...(line.faint && { dim: true }) }))

/** The colours of the page, for what is drawn on a canvas. */
export function readTheme(): { theme: Theme; colours: Colours } {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  const usual = document.documentElement.dataset.theme === 'light' ? lightTheme : darkTheme
  const [text, dim, grid, line, ground] = ['--text', '--text-soft', '--chart-grid', '--line-strong', '--surface'].map(read)
  const colours = { text: text!, dim: dim!, grid: grid!, line: line!, ground: ground! }
  return { theme: { ...usual, ...colours }, colours: { ...colours, font: read('--font') } }
}
