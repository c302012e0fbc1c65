// Equations of nodes, as in the paper and with the numbers of the node. KaTeX is loaded with the
// first one.
import { signal } from '@preact/signals'
import { useCallback, useMemo } from 'preact/hooks'
import { substituteNumbers } from '../graph/equationValues.ts'

type Katex = (typeof import('katex'))['default']

const katex = signal<Katex | undefined>(undefined)
let fetching: Promise<void> | undefined

const fetchKatex = () =>
  (fetching ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: module }]) => void (katex.value = module),
    () => (fetching = undefined), // Offline on the first visit. The next equation tries again.
  ))

interface Props {
  /** Equations, separated by `\quad`. Each is shown on a line. */
  latex: string
  /** Numbers by symbol. */
  numbers?: ReadonlyMap<string, number>
}

export function Equation({ latex, numbers }: Props) {
  void fetchKatex()
  const lines = latex.split(/,?\s*\\quad|\\\\|\n/).filter((line) => line.trim())
  const live = numbers?.size
    ? lines.map((line) => substituteNumbers(line, numbers)).filter((line, i) => line !== lines[i])
    : []
  return (
    <div class="equation" role="group" aria-label={latex}>
      {[...lines, ...live].map((line) => (
        <Line key={line} latex={line} />
      ))}
    </div>
  )
}

/** Shows the source until KaTeX is loaded, or if KaTeX cannot parse it. */
function Line({ latex }: { latex: string }) {
  const set = katex.value
  const equation = useMemo(() => set && renderLatex(set, latex), [set, latex])
  const insert = useCallback(
    (line: HTMLElement | null) => equation && line?.replaceChildren(equation),
    [equation],
  )
  return equation ? <div ref={insert} /> : <code>{latex}</code>
}

/**
 * Returns the equation as elements. KaTeX's HTML would need style attributes, which the content
 * security policy forbids; its elements have their styles set by script, which is allowed.
 */
function renderLatex(katex: Katex, latex: string): Node | undefined {
  const box = document.createElement('div')
  try {
    // Only the command that marks numbers is trusted, not links and images.
    katex.render(latex, box, {
      displayMode: true,
      trust: ({ command }) => command === '\\htmlClass',
      strict: 'ignore',
    })
    return box.firstChild ?? undefined
  } catch {
    return undefined
  }
}
