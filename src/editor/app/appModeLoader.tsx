// Loads app mode when it is first shown.
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { appModeShown } from './state.ts'

const closeAppMode = () => (appModeShown.value = false)

const AppMode = lazyComponent(
  async () => (await import('../figure/appMode.tsx')).AppMode,
  (error) => {
    closeAppMode()
    showToast(texts.commands.appMode, { text: error.message, error: true })
  },
)

export const AppModeLoader = () => (appModeShown.value ? <AppMode close={closeAppMode} /> : null)
