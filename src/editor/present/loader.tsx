// Loads the presentation when it first begins.
import { texts } from '../texts/texts.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'
import { presenting } from './state.ts'

const Presentation = lazyComponent(
  async () => (await import('./presentation.tsx')).Presentation,
  (error) => {
    presenting.value = false
    showToast(texts.commands.present, { text: error.message, error: true })
  },
)

export const PresentationLoader = () => (presenting.value ? <Presentation /> : null)
