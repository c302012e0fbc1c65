// Loads the selection toolbar when several nodes are first selected.
import { canvasPressed, selectedIds } from '../canvas/state.ts'
import { settings } from '../storage/settings.ts'
import { texts } from '../texts/texts.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'

const OpenToolbox = lazyComponent(
  async () => (await import('./toolbox.tsx')).Toolbox,
  (error) => showToast(texts.toolbox.label, { text: error.message, error: true }),
)

export const Toolbox = () =>
  settings.value.toolbox && selectedIds.value.length > 1 && !canvasPressed.value ? (
    <OpenToolbox />
  ) : null
