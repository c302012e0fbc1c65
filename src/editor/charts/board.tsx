// Interactive chart with tools, legend and table. chart.tsx loads it when the first chart opens.
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { automaticSmoothing } from '../../painters/lines.ts'
import { texts } from '../texts/texts.ts'
import type { ChartProps } from './chart.tsx'
import './charts.css'
import { saveCsv, savePng } from './export.ts'
import { Legend } from './legend.tsx'
import type { PlotColours, PlotContent } from './plot.ts'
import { PlotArea, usePlotArea } from './plotArea.tsx'
import { lineStrokes, readChartTheme, styleLines, type StyledLine } from './lineStyles.ts'
import { NumbersTable } from './table.tsx'
import { AxisRanges, ChartTools } from './tools.tsx'
import { plotEvents, useVisibleChart, type VisibleChart } from './visibleChart.ts'

export function ChartBoard(props: ChartProps) {
  const { title, lines, xLabel, look } = props
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const hintId = useId()
  const [open, setOpen] = useState<'axes' | 'table'>()
  const { theme, colours } = useChartTheme()
  const styled = useMemo(
    () => styleLines(lines, theme.series, hidden, look.smoothing),
    [lines, theme, hidden, look.smoothing],
  )
  const view = useVisibleChart(props, styled)
  const { visible, range, cursor, xLog, yLog } = view
  const content = plotContent(props, view, styled, colours)
  const { host, plot } = usePlotArea(content, () => plotEvents(view))
  const exported = { title, xLabel, lines: styled, theme }
  return (
    <div class="chart">
      <BoardTools
        {...{ props, view, styled, open, setOpen }}
        onCsv={() => saveCsv(exported)}
        onPng={content && (() => void savePng(plot.current?.canvas(), exported))}
      />
      {open === 'axes' && (
        <AxisRanges
          look={{ ...look, xLog, yLog }}
          range={range}
          onLook={(change) => props.onLook({ ...look, ...change })}
        />
      )}
      <div class="chart-main">
        <div class="chart-place">
          <PlotArea {...{ view, plot, host, title, xLabel, hintId }} />
          {!range && <EmptyText hasLines={lines.length > 0} />}
          {open === 'table' && <NumbersTable {...{ title, xLabel, range }} lines={visible} />}
        </div>
        <div class="chart-side">
          <Legend
            {...{ cursor, xLabel, hidden }}
            lines={styled}
            runs={props.runs ?? []}
            onHidden={setHidden}
          />
          <ChartHint id={hintId} />
        </div>
      </div>
    </div>
  )
}

const EmptyText = ({ hasLines }: { hasLines: boolean }) => (
  <p class="chart-none">{hasLines ? texts.charts.nothingVisible : texts.charts.nothing}</p>
)

/** Gestures and keys of the plot, as a list that opens from a "?". */
const ChartHint = ({ id }: { id: string }) => (
  <details class="hint">
    <summary aria-label={texts.charts.gestures} title={texts.charts.gestures}>
      ?
    </summary>
    <ul id={id}>
      {texts.charts.hint.split(' · ').map((gesture) => (
        <li key={gesture}>{gesture}</li>
      ))}
    </ul>
  </details>
)

interface BoardToolsProps {
  props: ChartProps
  view: VisibleChart
  styled: readonly StyledLine[]
  open: 'axes' | 'table' | undefined
  setOpen: (part: 'axes' | 'table' | undefined) => void
  onCsv: () => void
  onPng: (() => void) | undefined
}

function BoardTools({ props, view, styled, open, setOpen, onCsv, onPng }: BoardToolsProps) {
  const { look, onLook } = props
  const { zoom, setZoom, xLog, yLog } = view
  const reset = () => setZoom(() => ({}))
  return (
    <ChartTools
      look={{ ...look, xLog, yLog, smoothing: look.smoothing ?? defaultSmoothing(styled) }}
      onLook={(change) => {
        if ('xLog' in change || 'yLog' in change) reset()
        onLook({ ...look, ...change })
      }}
      zoomed={Boolean(zoom.x || zoom.y)}
      onReset={reset}
      open={open}
      onOpen={(part) => setOpen(open === part ? undefined : part)}
      onCsv={onCsv}
      onPng={onPng}
      before={props.before}
      after={props.after}
    />
  )
}

/** Initial value of the smoothing slider: that of the first visible line. */
function defaultSmoothing(lines: readonly StyledLine[]): number {
  const line = lines.find(({ hidden, faint }) => !hidden && !faint) ?? lines[0]
  return line ? automaticSmoothing(line) : 0
}

/** Returns undefined if no line is visible. */
function plotContent(
  { xLabel, yLabel, marks = [] }: ChartProps,
  { range, xLog, yLog }: VisibleChart,
  lines: readonly StyledLine[],
  colours: PlotColours,
): PlotContent | undefined {
  return range && { strokes: lineStrokes(lines), range, xLog, yLog, xLabel, yLabel, marks, colours }
}

/** Colours of the page, updated when the theme changes. */
function useChartTheme() {
  const [theme, setTheme] = useState(readChartTheme)
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(readChartTheme()))
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [])
  return theme
}
