// KaTeX, loaded with the first equation.
import { signal } from '@preact/signals'

export type Katex = (typeof import('katex'))['default']

const katex = signal<Katex | undefined>(undefined)
let fetching: Promise<void> | undefined

/** KaTeX once it is loaded; the component that reads it is rendered again then. */
export function useKatex(): Katex | undefined {
  fetching ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: module }]) => void (katex.value = module),
    () => (fetching = undefined), // Offline on the first visit. The next equation tries again.
  )
  return katex.value
}

/**
 * Returns an equation as elements; undefined if it cannot be parsed. KaTeX's HTML would need style
 * attributes, which the content security policy forbids; its elements have their styles set by
 * script, which is allowed.
 */
export function renderLatex(katex: Katex, latex: string, displayMode = true): Node | undefined {
  const box = document.createElement('div')
  try {
    // Only the command that marks numbers is trusted, not links and images.
    katex.render(latex, box, {
      displayMode,
      trust: ({ command }) => command === '\\htmlClass',
      strict: 'ignore',
    })
    return box.firstChild ?? undefined
  } catch {
    return undefined
  }
}
