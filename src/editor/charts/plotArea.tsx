// Focusable plot area of a chart: hosts the plot, handles keys, and reads values out.
import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { measureText } from '../../painters/ticks.ts'
import { texts } from '../texts/texts.ts'
import { lineLabel, nearestIndex, stepCursor } from './lines.ts'
import { createPlot, type Plot, type PlotContent } from './plot.ts'
import type { PlotEvents } from './pointer.ts'
import type { StyledLine } from './lineStyles.ts'
import { panToShow, xText } from './axes.ts'
import { plotEvents, type VisibleChart } from './visibleChart.ts'

interface PlotAreaProps {
  view: VisibleChart
  plot: { current: Plot | undefined }
  host: { current: HTMLDivElement | null }
  title: string
  xLabel: string
  hintId: string
}

export function PlotArea({ view, plot, host, title, xLabel, hintId }: PlotAreaProps) {
  const announcement = useSignal('')
  const { visible, range, xLog, cursor, setZoom } = view
  const moveCursor = (x: number | undefined) => {
    cursor.value = x
    plot.current?.point(x)
    announcement.value = x === undefined ? '' : valuesText(visible, x, xLabel)
    if (x !== undefined && range) {
      const shown = panToShow(range.x, x, xLog)
      if (shown[0] !== range.x[0] || shown[1] !== range.x[1])
        setZoom((zoom) => ({ ...zoom, x: shown }))
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const steps = keySteps(event)
    if (steps) moveCursor(stepCursor(visible, cursor.value, steps))
    else if ('+=-_'.includes(event.key) && range) {
      const { value } = cursor
      const fraction = value === undefined ? 0.5 : axisFraction(range.x, value, xLog)
      plotEvents(view).zoom('x', fraction, '+='.includes(event.key) ? 1.5 : 1 / 1.5)
    } else if (event.key === '0') setZoom(() => ({}))
    // Delete and Backspace are swallowed: they would delete the canvas's selection.
    else if (!/^(Delete|Backspace)$/.test(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <div
        ref={host}
        class="chart-plot"
        tabIndex={0}
        role="application"
        aria-roledescription={texts.charts.chart}
        aria-label={`${title}: ${visible.map(lineLabel).join(', ')}`}
        aria-describedby={hintId}
        onKeyDown={onKeyDown}
        onBlur={() => moveCursor(undefined)}
      />
      <output class="hidden" aria-live="polite">
        {announcement}
      </output>
    </>
  )
}

const FAST_STEPS = 10

function keySteps({ key, shiftKey }: KeyboardEvent): number {
  const steps = shiftKey ? FAST_STEPS : 1
  return (
    {
      ArrowRight: steps,
      ArrowLeft: -steps,
      PageDown: FAST_STEPS,
      PageUp: -FAST_STEPS,
      Home: -Infinity,
      End: Infinity,
    }[key] ?? 0
  )
}

function axisFraction([from, to]: readonly [number, number], value: number, log: boolean): number {
  const scale = log ? Math.log : (v: number) => v
  return Math.min(1, Math.max(0, (scale(value) - scale(from)) / (scale(to) - scale(from))))
}

/** "step 120: loss 0.1234, Run 2: loss 0.2" */
function valuesText(lines: readonly StyledLine[], x: number, xLabel: string): string {
  const values = lines.flatMap((line) => {
    const index = nearestIndex(line.x, x)
    return index === undefined ? [] : [`${lineLabel(line)} ${measureText(line.value[index])}`]
  })
  return `${xLabel} ${xText(x)}: ${values.join(', ')}`
}

/** Maintains a plot that fills its element, which is hidden without content. */
export function usePlotArea(content: PlotContent | undefined, events: () => PlotEvents) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const latest = useRef(events)
  latest.current = events
  useLayoutEffect(() => {
    const element = host.current
    if (!element) return
    const created = createPlot(element, {
      hover: (x) => latest.current().hover(x),
      select: (zoom) => latest.current().select(zoom),
      zoom: (axis, fraction, factor) => latest.current().zoom(axis, fraction, factor),
      pan: (x, y) => latest.current().pan(x, y),
      reset: () => latest.current().reset(),
    })
    plot.current = created
    const fit = () => created.resize(element.clientWidth, element.clientHeight)
    fit()
    const observer = new ResizeObserver(fit)
    observer.observe(element)
    return () => {
      observer.disconnect()
      created.remove()
    }
  }, [])
  useLayoutEffect(() => {
    if (content) plot.current?.show(content)
    if (host.current) host.current.hidden = !content
  })
  return { host, plot }
}
