// What is open along the lower edge; its parts are fetched when it is opened for the first time.
import { lazily } from '../lazily.tsx'
import * as state from '../state.ts'
import { texts } from '../texts.ts'

const Panel = lazily(
  async () => (await import('./panel.tsx')).RunsPanel,
  (error) => {
    state.lower.value = undefined
    state.say(texts.runs.title, { text: error.message, error: true })
  },
)

export const Lower = () => (state.lower.value === 'runs' ? <Panel /> : null)
