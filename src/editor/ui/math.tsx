// Mathematics on the page: equations, and texts such as titles with formulas in them. KaTeX is
// loaded with the first formula.
import { signal } from '@preact/signals'
import { useCallback, useMemo } from 'preact/hooks'
import { splitMath } from '../../nodes/painters/mathText.ts'

type Katex = (typeof import('katex'))['default']

const katex = signal<Katex | undefined>(undefined)
let fetching: Promise<void> | undefined

const fetchKatex = () =>
  (fetching ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: module }]) => void (katex.value = module),
    () => (fetching = undefined), // Offline on the first visit. The next formula tries again.
  ))

/** Returns a formula as an element, undefined until KaTeX is loaded or if it cannot parse it. */
export function useFormula(latex: string, display: boolean): Node | undefined {
  void fetchKatex()
  const set = katex.value
  return useMemo(() => set && renderLatex(set, latex, display), [set, latex, display])
}

/** Puts an element into the one that it is the `ref` of. */
export const useInsert = (node: Node | undefined) =>
  useCallback(
    (place: HTMLElement | null) => {
      if (node) place?.replaceChildren(node)
    },
    [node],
  )

/**
 * Renders a formula to elements. KaTeX's HTML would need style attributes, which the content
 * security policy forbids; its elements have their styles set by script, which is allowed.
 */
function renderLatex(katex: Katex, latex: string, displayMode: boolean): Node | undefined {
  const box = document.createElement('div')
  try {
    // Only the command that marks numbers is trusted, not links and images.
    katex.render(latex, box, {
      displayMode,
      trust: ({ command }) => command === '\\htmlClass',
      strict: 'ignore',
      maxExpand: 200,
      maxSize: 20,
    })
    return box.firstChild ?? undefined
  } catch {
    return undefined
  }
}

/** A text with its formulas typeset. */
export const MathText = ({ children }: { children: string }) => (
  <>
    {splitMath(children).map(({ text, latex }, i) =>
      latex === undefined ? text : <InlineMath key={i} latex={latex} text={text} />,
    )}
  </>
)

/** A formula in a line. `text` is shown until KaTeX is loaded, and names it for screen readers. */
export function InlineMath({ latex, text }: { latex: string; text: string }) {
  const formula = useFormula(latex, false)
  const insert = useInsert(formula)
  return formula ? (
    <span key="set" class="math" role="img" aria-label={text} ref={insert} />
  ) : (
    <span key="plain">{text}</span>
  )
}
