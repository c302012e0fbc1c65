// What is open along the lower edge; its parts are fetched when it is opened for the first time.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import * as state from '../state.ts'
import { texts } from '../texts.ts'

const panel = signal<ComponentType | undefined>(undefined)

export function Lower() {
  const open = state.lower.value === 'runs'
  useEffect(() => {
    if (!open || panel.value) return
    void import('./panel.tsx').then(
      ({ RunsPanel }) => (panel.value = RunsPanel),
      (error: Error) => {
        // Offline on the first visit.
        state.lower.value = undefined
        state.say(texts.runs.title, { text: error.message, error: true })
      },
    )
  }, [open])
  const Panel = panel.value
  return open && Panel ? <Panel /> : null
}
