// State of the charts: the open chart, and the earlier runs of each tab.
import { lowerPanel } from '../ui/state.ts'
import { shownTab } from '../workspace/state.ts'
import { createChartRuns, type ChartRuns } from './earlierRuns.ts'

/** Node of the current tab whose chart is open along the lower edge. */
export const shownChart = () =>
  typeof lowerPanel.value === 'object' && lowerPanel.value.tab === shownTab.value
    ? lowerPanel.value.chart
    : undefined

const runs = new Map<number, ChartRuns>()

/** Lines of the earlier runs of a tab. */
export function chartRuns(tab: number): ChartRuns {
  const found = runs.get(tab) ?? createChartRuns()
  runs.set(tab, found)
  return found
}

/** Forgets the lines of a closed tab. */
export const forgetChartRuns = (tab: number) => void runs.delete(tab)
