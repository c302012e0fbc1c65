// The painters of views, loaded after the first paint of the page.
import { signal } from '@preact/signals'

export interface Painters {
  paintView: typeof import('../../painters/paint.ts').paintView
  paintHistogram: typeof import('../../painters/statistics.ts').paintHistogram
}

const loaded = signal<Painters | undefined>(undefined)
let loading: Promise<Painters> | undefined

/** Loads the painters. If loading fails (offline), the next call tries again. */
export const loadPainters = (): Promise<Painters> =>
  (loading ??= Promise.all([
    import('../../painters/paint.ts'),
    import('../../painters/statistics.ts'),
  ]).then(
    ([{ paintView }, { paintHistogram }]) => (loaded.value = { paintView, paintHistogram }),
    (error: unknown) => {
      loading = undefined
      throw error
    },
  ))

/**
 * The painters; undefined until they are loaded. Effects and components that read them run again
 * then.
 */
export function getPainters(): Painters | undefined {
  if (!loaded.value) void loadPainters().catch(() => {})
  return loaded.value
}
