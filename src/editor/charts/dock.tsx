// Below the canvas: the chart of a node, large, while it goes on.
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ChartLook, ChartView } from '../../engine/plan/view.ts'
import type { DiffusionNode } from '../../nodes/litegraph/node.ts'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import * as format from '../format.ts'
import { icons } from '../icons.tsx'
import { Resize } from '../resize.tsx'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { Chart, type ChartRun } from './chart.tsx'
import type { ChartLine } from './lines.ts'
import { chartsOf, closeChart, openChart, showsChart } from './open.ts'

/** Nothing tells when a node shows something else; looked at so often, in milliseconds. */
const LOOK = 100

export function Dock() {
  const editor = useEditor()
  state.followGraph()
  const id = state.chartOpen()
  const node = id === undefined ? undefined : editor.stage.node(id)
  const shown = node !== undefined && showsChart(node)
  useEffect(() => {
    if (id !== undefined && !shown) state.lower.value = undefined
  }, [id, shown])
  return shown ? <OpenDock key={`${state.tab.value} ${node.id}`} node={node} /> : null
}

function OpenDock({ node }: { node: DiffusionNode }) {
  const editor = useEditor()
  const view = useView(node)
  const [look, setLook] = useLook(node)
  const { lines, runs } = useLines(node, view)
  const title = view.title || node.getTitle()
  const close = () => closeChart(editor)
  return (
    <section
      class="lower"
      tabIndex={-1}
      aria-label={texts.charts.dock}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        close()
      }}
    >
      <Resize label={texts.charts.height} />
      <Chart
        title={title}
        lines={lines}
        xLabel={view.xLabel}
        yLabel={view.yLabel}
        yLog={view.yLog}
        {...(view.yRange && { yRange: view.yRange })}
        {...(view.marks && { marks: view.marks })}
        look={look}
        onLook={setLook}
        runs={runs}
        before={<Which node={node} title={title} />}
        after={<IconButton class="icon small close" label={texts.charts.close} icon={<icons.close />} onClick={close} />}
      />
    </section>
  )
}

/** What the node shows now; also while it trains. */
function useView(node: DiffusionNode): ChartView {
  const now = () => node.diffusion.view as ChartView
  const [view, setView] = useState(now)
  useEffect(() => {
    const look = () => now()?.kind === 'chart' && setView(now())
    look()
    const timer = setInterval(look, LOOK)
    return () => clearInterval(timer)
  }, [node])
  return view
}

/** How the chart is looked at is kept with its node, and so in the file. */
function useLook(node: DiffusionNode): [ChartLook, (look: ChartLook) => void] {
  const { stage, workspace } = useEditor()
  const [, again] = useState<ChartLook>()
  return [
    node.flags.chart ?? NO_LOOK,
    (look) => {
      node.flags.chart = look
      again(look)
      stage.redraw()
      workspace.touched()
    },
  ]
}

const NO_LOOK: ChartLook = {}

/** The lines of this run, and behind them those of earlier ones. */
function useLines(node: DiffusionNode, view: ChartView): { lines: ChartLine[]; runs: ChartRun[] } {
  const id = useEditor().stage.fullId(node.id)
  const { charts } = state.found.value
  const changed = charts.changed.value
  return useMemo(() => {
    const now = view.lines.filter(({ kept }) => !kept)
    const single = new Set(now.map(({ name }) => name)).size === 1
    const earlier = charts.of(id).map((run) => ({ ...run, name: texts.charts.run(run.number, format.clock(run.at)) }))
    return {
      lines: [
        ...now.map(({ name, x, y }) => ({ name, x, y })),
        ...earlier.flatMap(({ name: run, number, lines }) =>
          lines.map(({ name, x, y }) => ({ name, x, y, run, faint: true, ...(single && { colour: 1 + ((number - 1) % 6) }) })),
        ),
      ],
      runs: earlier.map(({ name: run, number, pinned }) => ({
        run,
        pinned,
        onPin: () => charts.pin(id, number, !pinned),
        onDrop: () => charts.drop(id, number),
      })),
    }
  }, [id, view, charts, changed])
}

/** The name of the chart; where there are several, they can be chosen from. */
function Which({ node, title }: { node: DiffusionNode; title: string }) {
  const { stage } = useEditor()
  const charts = chartsOf(stage)
  if (charts.length < 2) return <h2>{title}</h2>
  const nameOf = (each: DiffusionNode) => (each.diffusion.view as ChartView).title || each.getTitle()
  return (
    <select
      class="field"
      aria-label={texts.charts.which}
      value={String(node.id)}
      onChange={({ currentTarget }) => openChart(charts[currentTarget.selectedIndex]!)}
    >
      {charts.map((each) => (
        <option key={String(each.id)} value={String(each.id)}>
          {nameOf(each)}
        </option>
      ))}
    </select>
  )
}
