// Dock below the canvas with the enlarged chart of a node, updated while the node runs.
import { useWorkspace } from '../workspace/services.ts'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ChartLook, ChartView } from '../../engine/base/view.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { IconButton } from '../ui/buttons.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { ResizeHandle } from '../ui/resizeHandle.tsx'
import { subscribeToGraph, shownTab } from '../workspace/state.ts'
import { chartRuns, shownChart } from './state.ts'
import { showLowerPanel } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { Chart, type ChartRun } from './chart.tsx'
import type { ChartLine } from './lines.ts'
import { chartNodes, closeChart, focusOpenedChart, openChart, showsChart } from './openChart.ts'

/** In milliseconds. The dock polls, since nodes have no event for new views. */
const POLL_INTERVAL = 100

export function ChartDock() {
  const editor = useWorkspace()
  subscribeToGraph()
  const id = shownChart()
  const node = id === undefined ? undefined : editor.stage.node(id)
  const shown = node !== undefined && showsChart(node)
  useEffect(() => {
    if (id !== undefined && !shown) showLowerPanel(undefined)
  }, [id, shown])
  return shown ? <NodeChart key={`${shownTab.value} ${node.id}`} node={node} /> : null
}

function NodeChart({ node }: { node: DiffusionNode }) {
  const view = useChartView(node)
  const [look, setLook] = useChartLook(node)
  const { lines, runs } = useChartLines(node, view)
  const title = view.title || node.getTitle()
  const dock = useRef<HTMLElement>(null)
  useLayoutEffect(() => focusOpenedChart(dock.current))
  return (
    <section
      ref={dock}
      class="lower"
      tabIndex={-1}
      aria-label={texts.charts.dock}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        closeChart()
      }}
    >
      <ResizeHandle label={texts.charts.height} />
      <Chart
        title={title}
        lines={lines}
        xLabel={view.xLabel}
        yLabel={view.yLabel}
        yLog={view.yLog}
        {...(view.yRange && { yRange: view.yRange })}
        {...(view.marks && { marks: view.marks })}
        look={{ ...(view.smoothing !== undefined && { smoothing: view.smoothing }), ...look }}
        onLook={setLook}
        runs={runs}
        before={<ChartPicker node={node} title={title} />}
        after={
          <IconButton
            class="icon small close"
            label={texts.charts.close}
            icon={<icons.close />}
            onClick={closeChart}
          />
        }
      />
    </section>
  )
}

/** Current view of the node, also during a training. */
function useChartView(node: DiffusionNode): ChartView {
  const current = () => node.diffusion.view as ChartView
  const [view, setView] = useState(current)
  useEffect(() => {
    const poll = () => current()?.kind === 'chart' && setView(current())
    poll()
    const timer = setInterval(poll, POLL_INTERVAL)
    return () => clearInterval(timer)
  }, [node])
  return view
}

/** Axes and smoothing, stored in the node's flags and so in the file. */
function useChartLook(node: DiffusionNode): [ChartLook, (look: ChartLook) => void] {
  const { workspace } = useWorkspace()
  const [, rerender] = useState<ChartLook>()
  return [
    node.flags.chart ?? DEFAULT_LOOK,
    (look) => {
      workspace.editNodes(() => (node.flags.chart = look))
      rerender(look)
    },
  ]
}

const DEFAULT_LOOK: ChartLook = {}

/** Lines of the current run, then those of earlier runs. */
function useChartLines(
  node: DiffusionNode,
  view: ChartView,
): { lines: ChartLine[]; runs: ChartRun[] } {
  const id = useWorkspace().stage.fullId(node.id)
  const charts = chartRuns(shownTab.value)
  const version = charts.version.value
  return useMemo(() => {
    const current = view.lines.filter(({ kept }) => !kept)
    const single = new Set(current.map(({ name }) => name)).size === 1
    const earlier = charts
      .earlier(id)
      .map((run) => ({ ...run, name: texts.charts.run(run.number, format.clock(run.at)) }))
    return {
      lines: [
        ...current.map(({ name, x, y }) => ({ name, x, y })),
        ...earlier.flatMap(({ name: run, number, lines }) =>
          lines.map(({ name, x, y }) => ({
            name,
            x,
            y,
            run,
            faint: true,
            ...(single && { colour: 1 + ((number - 1) % 6) }),
          })),
        ),
      ],
      runs: earlier.map(({ name: run, number, pinned }) => ({
        run,
        pinned,
        onPin: () => charts.pin(id, number, !pinned),
        onDrop: () => charts.drop(id, number),
      })),
    }
  }, [id, view, charts, version])
}

/** Title of the chart, or a select if there are several charts. */
function ChartPicker({ node, title }: { node: DiffusionNode; title: string }) {
  const { stage } = useWorkspace()
  const charts = chartNodes(stage)
  if (charts.length < 2) return <h2>{title}</h2>
  const chartTitle = (chart: DiffusionNode) =>
    (chart.diffusion.view as ChartView).title || chart.getTitle()
  return (
    <select
      class="field"
      aria-label={texts.charts.choose}
      value={String(node.id)}
      onChange={({ currentTarget }) => openChart(charts[currentTarget.selectedIndex])}
    >
      {charts.map((chart) => (
        <option key={String(chart.id)} value={String(chart.id)}>
          {chartTitle(chart)}
        </option>
      ))}
    </select>
  )
}
