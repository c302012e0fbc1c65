// Equations of nodes, as in the paper and with the numbers of the node.
import { substituteNumbers } from '../graph/equationValues.ts'
import { texts } from '../texts/texts.ts'
import { formulaBounds } from '../ui/formulaBounds.ts'
import { FormulaSource, useFormula, useInsert } from '../ui/math.tsx'

interface Props {
  /** Equations, separated by `\quad`. Each is shown on a line. */
  latex: string
  /** Numbers by symbol. */
  numbers?: ReadonlyMap<string, number>
}

export function Equation({ latex, numbers }: Props) {
  // Each line is checked again: here, their number is bounded.
  if (latex.length > formulaBounds.characters)
    return (
      <div class="equation" role="group" aria-label={texts.panel.equation}>
        <FormulaSource latex={latex} problem="characters" />
      </div>
    )
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
  const { node, problem } = useFormula(latex, { display: true, live: true })
  const insert = useInsert(node)
  return node ? <div ref={insert} /> : <FormulaSource latex={latex} problem={problem} />
}
