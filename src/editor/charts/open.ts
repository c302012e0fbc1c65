// Which nodes show charts, and how one is opened large.
import { isDiffusionNode, type DiffusionNode } from '../../nodes/litegraph/node.ts'
import type { LGraphNode } from '../canvas.ts'
import type { Editor } from '../editor.ts'
import type { Stage } from '../stage.ts'
import * as state from '../state.ts'

export const showsChart = (node: LGraphNode): node is DiffusionNode =>
  isDiffusionNode(node) && node.diffusion.view?.kind === 'chart'

export const chartsOf = (stage: Stage): DiffusionNode[] => stage.nodes().filter(showsChart)

/** Opens the chart of a node below the canvas; keys go on there. */
export function openChart({ id }: LGraphNode) {
  state.lower.value = { chart: id, tab: state.tab.value }
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.lower')?.focus())
}

export function closeChart(editor: Editor) {
  state.lower.value = undefined
  editor.focus()
}

/** The chart that a command means: of the node that is selected, or the first there is. */
export const chartMeant = (stage: Stage): DiffusionNode | undefined => stage.selection().find(showsChart) ?? chartsOf(stage)[0]

/** Opens the chart that is meant, or closes the one that is open. */
export function toggleChart(editor: Editor) {
  const node = chartMeant(editor.stage)
  if (state.chartOpen() !== undefined) closeChart(editor)
  else if (node) openChart(node)
}
