// Loads the dock of charts when it is first opened.
import { texts } from '../texts/texts.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { showLowerPanel, showToast } from '../ui/state.ts'
import { shownChart } from './state.ts'

const Dock = lazyComponent(
  async () => (await import('./dock.tsx')).ChartDock,
  (error) => {
    showLowerPanel(undefined)
    showToast(texts.charts.dock, { text: error.message, error: true })
  },
)

export const ChartDock = () => (shownChart() === undefined ? null : <Dock />)
