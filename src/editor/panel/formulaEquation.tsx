// A formula as an equation, and again with the numbers of its inputs in the last run. Loaded with
// the first formula, because it contains the parser.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { formulaLatex } from '../../engine/formula/latex.ts'
import { parseCurve } from '../../engine/formula/curve.ts'
import { parseFormula } from '../../engine/formula/parse.ts'
import { usedInputs, type Program } from '../../engine/formula/program.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { inputSource, sourcePastReroutes } from '../../litegraph/reroute.ts'
import { useRunning } from '../running/services.ts'
import { busy } from '../running/state.ts'
import { lastChange } from '../workspace/state.ts'
import { Equation } from './equation.tsx'

interface Props {
  node: DiffusionNode
  text: string
  /** The names in the formula, and the left side of the equation. */
  param: { formula?: 'inputs' | 'u'; result?: string }
}

export function FormulaEquation({ node, text, param: { formula, result } }: Props) {
  const program = useMemo(() => parseText(text, formula === 'u'), [text, formula])
  const numbers = useInputNumbers(node, program)
  if (!program) return null
  return <Equation latex={formulaLatex(program, result).join('\n')} numbers={numbers} />
}

/** Undefined for a text with errors, which the panel shows as a fault. */
function parseText(text: string, isCurve: boolean): Program | undefined {
  try {
    return isCurve ? parseCurve(text) : parseFormula(text)
  } catch {
    return undefined
  }
}

/** The inputs that were one number in the last run of this graph, by name. */
function useInputNumbers(node: DiffusionNode, program: Program | undefined) {
  const { runner } = useRunning()
  const [numbers, setNumbers] = useState<ReadonlyMap<string, number>>(new Map())
  const running = busy.value
  useEffect(() => {
    let disposed = false
    const used = program ? [...usedInputs(program)] : []
    const read = async (name: string): Promise<[string, number][]> => {
      const slot = node.inputs.findIndex((input) => input.name === name)
      const source = sourcePastReroutes(inputSource(node, slot))
      if (!source) return []
      const { inspection, stale } = await runner.inspect(source.node, source.slot)
      const found = inspection?.numbers
      const isNumber = !stale && found && found.min === found.max && Number.isFinite(found.mean)
      return isNumber ? [[name, found.mean]] : []
    }
    void Promise.all(used.map(read)).then((all) => disposed || setNumbers(new Map(all.flat())))
    return () => void (disposed = true)
  }, [node, program, running, lastChange.value])
  return numbers
}
