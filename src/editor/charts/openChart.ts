// Opening and closing of the enlarged chart of a node.
import { returnFocus } from '../ui/focus.ts'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import { showLowerPanel } from '../ui/state.ts'
import { shownTab } from '../workspace/state.ts'
import { shownChart } from './state.ts'

export const showsChart = (node: LGraphNode): node is DiffusionNode =>
  isDiffusionNode(node) && node.diffusion.view?.kind === 'chart'

export const chartNodes = (stage: Stage): DiffusionNode[] => stage.nodes().filter(showsChart)

let focusRequested = false

/** Opens the chart of a node below the canvas. The dock takes the focus as soon as it is drawn. */
export function openChart({ id }: LGraphNode) {
  focusRequested = true
  showLowerPanel({ chart: id, tab: shownTab.value })
}

/** Focuses the dock once after each `openChart`; other renderings leave the focus where it is. */
export function focusOpenedChart(dock: HTMLElement | null) {
  if (focusRequested) dock?.focus()
  focusRequested = false
}

export function closeChart() {
  showLowerPanel(undefined)
  returnFocus()
}

/** Node whose chart a command opens: the selected one, or the first with a chart. */
export const targetChart = (stage: Stage): DiffusionNode | undefined =>
  stage.selection().find(showsChart) ?? chartNodes(stage)[0]

/** Closes the open chart, or opens the target chart. */
export function toggleChart(stage: Stage) {
  const node = targetChart(stage)
  if (shownChart() !== undefined) closeChart()
  else if (node) openChart(node)
}
