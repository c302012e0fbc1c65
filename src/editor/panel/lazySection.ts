// Sections of the panel whose code is loaded on demand.
import type { ComponentType } from 'preact'
import { texts } from '../texts/texts.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'

/** Section whose code is loaded when it is first shown. */
export const lazySection = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazyComponent(load, (error) => showToast(texts.panel.label, { text: error.message, error: true }))
