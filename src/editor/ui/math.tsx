// Mathematics on the page: equations, and texts such as titles with formulas in them. KaTeX is
// loaded with the first formula.
import { signal } from '@preact/signals'
import { useCallback, useEffect, useMemo, useReducer } from 'preact/hooks'
import { cutText } from '../../painters/cutText.ts'
import { splitMath } from '../../painters/mathText.ts'
import { noteTexts } from '../texts/noteTexts.ts'
import { count } from './format.ts'
import {
  findExcess,
  findExcessOfElements,
  formulaBounds,
  type FormulaProblem,
} from './formulaBounds.ts'
import { hasTime, waitForTime } from './timeSlices.ts'

type Katex = (typeof import('katex'))['default']

const katex = signal<Katex | undefined>(undefined)
let fetching: Promise<void> | undefined

const fetchKatex = () =>
  (fetching ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: module }]) => void (katex.value = module),
    () => (fetching = undefined), // Offline on the first visit. The next formula tries again.
  ))

/** A formula: its element, or the bound that it exceeds. Without both, its source is shown. */
export interface Formula {
  node?: Node
  problem?: FormulaProblem
}

interface FormulaOptions {
  /** In lines of its own. */
  display?: boolean
  /** Marks the numbers of a node, with the class `live`. For formulas of the editor only. */
  live?: boolean
}

/** Typesets a formula. The result is empty until KaTeX is loaded, or if it cannot parse it. */
export function useFormula(latex: string, { display = false, live = false }: FormulaOptions = {}) {
  const [turn, takeTurn] = useReducer((turns: number) => turns + 1, 0)
  const problem = useMemo(() => findExcess(latex), [latex])
  if (!problem) void fetchKatex()
  const set = katex.value
  const formula = useMemo((): Formula | 'later' => {
    if (problem || !set) return problem ? { problem } : {}
    return hasTime() ? renderLatex(set, latex, { display, live }) : 'later'
  }, [set, latex, display, live, problem, turn])
  const waits = formula === 'later'
  useEffect(() => (waits ? waitForTime(() => takeTurn(undefined)) : undefined), [waits, turn])
  return formula === 'later' ? {} : formula
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
export function renderLatex(
  katex: Katex,
  latex: string,
  { display = false, live = false }: FormulaOptions,
): Formula {
  const excess = findExcess(latex)
  if (excess) return { problem: excess }
  const box = document.createElement('div')
  try {
    katex.render(latex, box, {
      displayMode: display,
      // Only the command that marks numbers is trusted, not links, images and other classes.
      trust: (context) => live && context.command === '\\htmlClass' && context.class === LIVE_CLASS,
      strict: 'ignore',
      maxExpand: 200,
      maxSize: 20,
    })
  } catch {
    return {}
  }
  const problem = findExcessOfElements(box)
  if (problem) return { problem }
  return box.firstChild ? { node: box.firstChild } : {}
}

/** The class of numbers, see equationValues.ts. */
const LIVE_CLASS = 'live'

/** The source of a formula. Says why, if the formula exceeds a bound. */
export function FormulaSource({ latex, problem }: { latex: string; problem?: FormulaProblem }) {
  if (!problem) return <code>{latex}</code>
  const most = problem === 'definitions' ? 0 : formulaBounds[problem]
  const reason = noteTexts().formula[problem](count(most))
  return (
    <span class="formula-source">
      <code>{latex}</code> <small>{noteTexts().formulaAsSource(reason)}</small>
    </span>
  )
}

/** Characters of a title that are shown. Its field has the complete text. */
const MAX_TITLE = 2000

/** Number of formulas of a title that are typeset: browsers lay out a line of text as a whole. */
const MAX_FORMULAS = 60

/** A title with its formulas typeset. Cuts long ones, which would take the page as long. */
export const MathText = ({ children }: { children: string }) => (
  <SetText text={cutText(children, MAX_TITLE)} most={MAX_FORMULAS} />
)

/** A text with at most `most` of its formulas typeset. The others are Unicode text. */
export function SetText({ text: source, most = Infinity }: { text: string; most?: number }) {
  let count = 0
  return (
    <>
      {splitMath(source).map(({ text, latex }, i) =>
        latex === undefined || ++count > most ? (
          text
        ) : (
          <InlineMath key={i} latex={latex} text={text} />
        ),
      )}
    </>
  )
}

/** A formula in a line. `text` is shown until KaTeX is loaded, and names it for screen readers. */
export function InlineMath({ latex, text }: { latex: string; text: string }) {
  const { node, problem } = useFormula(latex)
  const insert = useInsert(node)
  if (problem) return <FormulaSource latex={latex} problem={problem} />
  return node ? (
    <span key="set" class="math" role="img" aria-label={text} ref={insert} />
  ) : (
    <span key="plain">{text}</span>
  )
}
