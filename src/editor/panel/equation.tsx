// Equations of nodes, as in the paper and with the numbers of the node. KaTeX is loaded with the
// first one.
import { useCallback, useMemo } from 'preact/hooks'
import { substituteNumbers } from '../graph/equationValues.ts'
import { renderLatex, useKatex } from '../ui/katex.ts'

interface Props {
  /** Equations, separated by `\quad`. Each is shown on a line. */
  latex: string
  /** Numbers by symbol. */
  numbers?: ReadonlyMap<string, number>
}

export function Equation({ latex, numbers }: Props) {
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
  const katex = useKatex()
  const equation = useMemo(() => katex && renderLatex(katex, latex), [katex, latex])
  const insert = useCallback(
    (line: HTMLElement | null) => equation && line?.replaceChildren(equation),
    [equation],
  )
  return equation ? <div ref={insert} /> : <code>{latex}</code>
}
