// Equations, set by KaTeX, which is fetched with the first one: as they are in the paper, and with the numbers of the node in them.
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { withNumbers } from './numbers.ts'

type Katex = (typeof import('katex'))['default']

const katex = signal<Katex | undefined>(undefined)
let fetching: Promise<void> | undefined

const fetchKatex = () =>
  (fetching ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: module }]) => void (katex.value = module),
    () => (fetching = undefined), // offline on the first visit: asked for again with the next equation
  ))

interface Props {
  /** One equation, or several with `\quad` between them, one a line. */
  latex: string
  /** Numbers by the symbols they stand for. */
  numbers?: ReadonlyMap<string, number>
}

export function Equation({ latex, numbers }: Props) {
  void fetchKatex()
  const lines = latex.split(/,?\s*\\quad|\\\\|\n/).filter((line) => line.trim())
  const live = numbers?.size ? lines.map((line) => withNumbers(line, numbers)).filter((line, i) => line !== lines[i]) : []
  return (
    <div class="equation" role="group" aria-label={latex}>
      {[...lines, ...live].map((line) => (
        <Line key={line} latex={line} />
      ))}
    </div>
  )
}

/** As it is written until KaTeX is here, and where it does not know what is written. */
function Line({ latex }: { latex: string }) {
  const set = katex.value
  const html = useMemo(() => set && setIn(set, latex), [set, latex])
  return html ? <div dangerouslySetInnerHTML={{ __html: html }} /> : <code>{latex}</code>
}

function setIn(katex: Katex, latex: string): string | undefined {
  try {
    // The only trusted command marks the numbers; links and images are not.
    return katex.renderToString(latex, { displayMode: true, trust: ({ command }) => command === '\\htmlClass', strict: 'ignore' })
  } catch {
    return undefined
  }
}
