// Panel below the canvas; loads the runs panel when it first opens.
import { texts } from '../texts/texts.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { lowerPanel, showLowerPanel, showToast } from '../ui/state.ts'

const Panel = lazyComponent(
  async () => (await import('./panel.tsx')).RunsPanel,
  (error) => {
    showLowerPanel(undefined)
    showToast(texts.runs.title, { text: error.message, error: true })
  },
)

export const LowerPanel = () => (lowerPanel.value === 'runs' ? <Panel /> : null)
