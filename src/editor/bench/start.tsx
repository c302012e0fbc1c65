// Shows the page of measurements instead of the editor.
import { render } from 'preact'
import './bench.css'
import { createLibrary } from '../workspace/library.ts'
import { loadSettings, settings } from '../storage/settings.ts'
import { openStores } from '../storage/stores.ts'
import { applyLanguage } from '../texts/texts.ts'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { readMachine } from './machine.ts'
import { BenchPage } from './page.tsx'
import { settingsOf } from './plan.ts'
import { loadBenchTexts } from './texts.ts'

/** Renders the page into an element. Nothing is stored, and no engine is started before Start. */
export async function showBench(root: HTMLElement, search: string): Promise<void> {
  loadSettings(await createLibrary(openStores()).loadSettings(), async () => {})
  await applyLanguage(settings.value.language)
  applyTheme(settings.value.theme, ({ dark }) => setDark(dark))
  const texts = await loadBenchTexts()
  document.title = `${texts.title} – litegraph-diffusion`
  render(<BenchPage texts={texts} machine={readMachine()} settings={settingsOf(search)} />, root)
}
