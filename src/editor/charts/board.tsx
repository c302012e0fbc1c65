// The chart component itself; chart.tsx fetches it when the first chart is opened.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { measureText } from '../../nodes/views/canvas.ts'
import { csvOf } from '../../nodes/views/csv.ts'
import { rangeOf, usualSmoothing, type Range } from '../../nodes/views/lines.ts'
import { download } from '../download.ts'
import * as format from '../format.ts'
import { texts } from '../texts.ts'
import type { ChartProps } from './chart.tsx'
import './charts.css'
import { Legend } from './legend.tsx'
import { labelOf, nearest, stepped } from './lines.ts'
import { drawnOf, legendOf, readTheme, strokesOf, type Drawn } from './look.ts'
import { createPlot, type Plot } from './plot.ts'
import type { PlotEvents } from './pointer.ts'
import { pngOf } from './png.ts'
import { NumbersTable } from './table.tsx'
import { Axes, Tools } from './tools.tsx'
import { moved, placeText, showing, zoomed, type Zoom } from './view.ts'

export function Board(props: ChartProps) {
  const { title, lines, xLabel, yLabel, look, onLook, runs = [], marks = [] } = props
  const { xLog = false, yLog = props.yLog ?? false, smoothing } = look
  const [zoom, setZoom] = useState<Zoom>({})
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const hintId = useId()
  const [open, setOpen] = useState<'axes' | 'table'>()
  const at = useSignal<number | undefined>(undefined)
  const { theme, colours } = useTheme()
  const drawn = useMemo(() => drawnOf(lines, theme.series, hidden, smoothing), [lines, theme, hidden, smoothing])
  const seen = drawn.filter((line) => !line.hidden)
  const range = useMemo(
    () => rangeOf(seen, { xLog, yLog, x: zoom.x ?? look.x, y: zoom.y ?? look.y ?? props.yRange }),
    [drawn, xLog, yLog, zoom, look.x, look.y, props.yRange],
  )
  const picture = range && { strokes: strokesOf(drawn), range, xLog, yLog, xLabel, yLabel, marks, colours }
  const view = { seen, range, xLog, yLog, at, setZoom }
  const { host, plot } = usePlot(picture, () => eventsOf(view))
  useWithin(at, seen)
  const name = format.fileName(title)
  const saveCsv = () => {
    const named = seen.map((line) => ({ ...line, name: labelOf(line) }))
    download({ name: `${name}.csv`, mime: 'text/csv', bytes: csvOf(xLabel || 'x', named) })
  }
  const savePng = async () => {
    const canvas = plot.current?.canvas()
    const blob = canvas && (await pngOf(canvas, title, legendOf(drawn), theme))
    if (blob) download({ name: `${name}.png`, mime: 'image/png', bytes: new Uint8Array(await blob.arrayBuffer()) })
  }
  return (
    <div class="chart">
      <Tools
        look={{ ...look, xLog, yLog, smoothing: smoothing ?? usualOf(drawn) }}
        onLook={(change) => {
          if ('xLog' in change || 'yLog' in change) setZoom({})
          onLook({ ...look, ...change })
        }}
        zoomed={Boolean(zoom.x || zoom.y)}
        onReset={() => setZoom({})}
        open={open}
        onOpen={(part) => setOpen(open === part ? undefined : part)}
        onCsv={saveCsv}
        onPng={picture && (() => void savePng())}
        before={props.before}
        after={props.after}
      />
      {open === 'axes' && (
        <Axes look={{ ...look, xLog, yLog }} range={range} onLook={(change) => onLook({ ...look, ...change })} />
      )}
      <div class="chart-main">
        <div class="chart-place">
          <Area view={view} plot={plot} host={host} title={title} xLabel={xLabel} hintId={hintId} />
          {!range && <p class="chart-none">{lines.length ? texts.charts.nothingSeen : texts.charts.nothing}</p>}
          {open === 'table' && <NumbersTable title={title} xLabel={xLabel} lines={seen} range={range} />}
        </div>
        <div class="chart-side">
          <Legend lines={drawn} runs={runs} at={at} xLabel={xLabel} onHidden={setHidden} hidden={hidden} />
          <p class="hint" id={hintId}>
            {texts.charts.hint}
          </p>
        </div>
      </div>
    </div>
  )
}

interface Viewed {
  seen: readonly Drawn[]
  range: Range | undefined
  xLog: boolean
  yLog: boolean
  at: Signal<number | undefined>
  setZoom: (change: (zoom: Zoom) => Zoom) => void
}

/** Of the first line that is seen now: what the slider stands at before it is touched. */
function usualOf(lines: readonly Drawn[]): number {
  const line = lines.find(({ hidden, faint }) => !hidden && !faint) ?? lines[0]
  return line ? usualSmoothing(line) : 0
}

/** What the pointer does to what is seen. */
function eventsOf({ range, xLog, yLog, at, setZoom }: Viewed): PlotEvents {
  // Of what is seen by then: several may come before it is drawn again.
  const change = (make: (now: Range) => Zoom) => range && setZoom((zoom) => ({ ...zoom, ...make({ ...range, ...zoom }) }))
  return {
    pointed: (x) => (at.value = x),
    chosen: (chosen) => change(() => chosen),
    zoomed: (axis, share, factor) => change((now) => ({ [axis]: zoomed(now[axis], share, factor, axis === 'x' ? xLog : yLog) })),
    moved: (x, y) => change((now) => ({ ...(x && { x: moved(now.x, x, xLog) }), ...(y && { y: moved(now.y, y, yLog) }) })),
    reset: () => setZoom(() => ({})),
  }
}

// ---- the area that has the keys

interface AreaProps {
  view: Viewed
  plot: { current: Plot | undefined }
  host: { current: HTMLDivElement | null }
  title: string
  xLabel: string
  hintId: string
}

function Area({ view, plot, host, title, xLabel, hintId }: AreaProps) {
  const said = useSignal('')
  const { seen, range, xLog, at, setZoom } = view
  const point = (x: number | undefined) => {
    at.value = x
    plot.current?.point(x)
    said.value = x === undefined ? '' : inWords(seen, x, xLabel)
    if (x !== undefined && range) {
      const here = showing(range.x, x, xLog)
      if (here[0] !== range.x[0] || here[1] !== range.x[1]) setZoom((zoom) => ({ ...zoom, x: here }))
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const steps = stepsOf(event)
    if (steps) point(stepped(seen, at.value, steps))
    else if ('+=-_'.includes(event.key) && range) {
      const share = at.value === undefined ? 0.5 : shareOf(range.x, at.value, xLog)
      eventsOf(view).zoomed('x', share, '+='.includes(event.key) ? 1.5 : 1 / 1.5)
    } else if (event.key === '0') setZoom(() => ({}))
    else if (!/^(Delete|Backspace)$/.test(event.key)) return // they would delete what is selected on the canvas
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
        aria-label={`${title}: ${seen.map(labelOf).join(', ')}`}
        aria-describedby={hintId}
        onKeyDown={onKeyDown}
        onBlur={() => point(undefined)}
      />
      <output class="hidden" aria-live="polite">
        {said}
      </output>
    </>
  )
}

const FAR = 10

function stepsOf({ key, shiftKey }: KeyboardEvent): number {
  const far = shiftKey ? FAR : 1
  return { ArrowRight: far, ArrowLeft: -far, PageDown: FAR, PageUp: -FAR, Home: -Infinity, End: Infinity }[key] ?? 0
}

function shareOf([from, to]: readonly [number, number], value: number, log: boolean): number {
  const along = log ? Math.log : (v: number) => v
  return Math.min(1, Math.max(0, (along(value) - along(from)) / (along(to) - along(from))))
}

/** "step 120: loss 0.1234, Run 2: loss 0.2" */
function inWords(lines: readonly Drawn[], x: number, xLabel: string): string {
  const values = lines.flatMap((line) => {
    const place = nearest(line.x, x)
    return place === undefined ? [] : [`${labelOf(line)} ${measureText(line.value[place]!)}`]
  })
  return `${xLabel} ${placeText(x)}: ${values.join(', ')}`
}

// ---- the picture

type Picture = Parameters<Plot['show']>[0]

/** Keeps a plot in an element, as large as that is, showing what is to be seen. */
function usePlot(picture: Picture | undefined, events: () => PlotEvents) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const latest = useRef(events)
  latest.current = events
  useLayoutEffect(() => {
    const element = host.current!
    plot.current = createPlot(element, {
      pointed: (x) => latest.current().pointed(x),
      chosen: (zoom) => latest.current().chosen(zoom),
      zoomed: (axis, share, factor) => latest.current().zoomed(axis, share, factor),
      moved: (x, y) => latest.current().moved(x, y),
      reset: () => latest.current().reset(),
    })
    const fit = () => plot.current!.resize(element.clientWidth, element.clientHeight)
    fit()
    const watch = new ResizeObserver(fit)
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.current!.remove()
    }
  }, [])
  useLayoutEffect(() => {
    if (picture) plot.current!.show(picture)
    host.current!.hidden = !picture
  })
  return { host, plot }
}

/** A cursor at a line that went away is gone. */
function useWithin(at: Signal<number | undefined>, seen: readonly Drawn[]) {
  useEffect(() => {
    if (at.value !== undefined && !seen.some(({ x }) => nearest(x, at.value!) !== undefined)) at.value = undefined
  }, [seen.length])
}

/** The colours of the page, read again when another theme is put on it. */
function useTheme() {
  const [theme, setTheme] = useState(readTheme)
  useEffect(() => {
    const watch = new MutationObserver(() => setTheme(readTheme()))
    watch.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => watch.disconnect()
  }, [])
  return theme
}
