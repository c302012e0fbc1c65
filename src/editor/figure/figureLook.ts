// Parts of an address that only figures have.
import type { Settings } from '../storage/settings.ts'

/** Parts of the address of a figure besides those of readAddress. */
export interface FigureLook {
  theme: Settings['theme']
  /** Runs as soon as it is visible. */
  autoRun: boolean
}

const themes = ['system', 'light', 'dark', 'contrast'] as const

export function readFigureLook(search: string): FigureLook {
  const query = new URLSearchParams(search)
  const theme = query.get('theme')
  return {
    theme: themes.find((each) => each === theme) ?? 'system',
    autoRun: query.has('run'),
  }
}
