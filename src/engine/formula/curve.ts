// Formulas of one variable, u: curves of noise schedules.
import { formulaMessages } from '../messages/formula.ts'
import { FormulaError } from './error.ts'
import { evaluateProgram, isHost } from './evaluate.ts'
import { formulaFunctions } from './functions.ts'
import { parseFormula, type Language } from './parse.ts'
import type { Program } from './program.ts'
import { typeProgram } from './typing.ts'

const curveLanguage: Language = {
  inputs: new Set(['u']),
  // There is no schedule to read yet, and nothing to reduce.
  hasFunction: (name) =>
    formulaFunctions.get(name)?.every(({ kinds }) => kinds === 'elementwise') ?? false,
  messages: {
    empty: formulaMessages.curveEmpty,
    tooLong: formulaMessages.curveTooLong,
    tooManyNodes: formulaMessages.curveTooManyNodes,
    unknownName: formulaMessages.curveName,
    unknownFunction: formulaMessages.curveFunction,
  },
}

/** @throws FormulaError with the place of the first error */
export function parseCurve(text: string): Program {
  const program = parseFormula(text, curveLanguage)
  typeProgram(program, () => ({ least: 'items', most: 'items', host: 'yes' }))
  return program
}

/** Numbers that are evaluated together: each operation of the formula stores as many. */
const CHUNK = 4096

/** Evaluates a formula of {@link parseCurve} at each `u`, in float64. */
export function evaluateCurve(program: Program, u: Float64Array): Float64Array {
  const values = new Float64Array(u.length)
  for (let from = 0; from < u.length; from += CHUNK) {
    const chunk = u.subarray(from, from + CHUNK)
    const inputs = new Map([['u', { kind: 'items' as const, host: chunk }]])
    const result = evaluateProgram(program, { inputs, schedule: undefined })
    if (!isHost(result)) throw new Error('A formula of numbers has a tensor as its value.')
    for (let i = 0; i < chunk.length; i++)
      values[from + i] = result.host[result.host.length === 1 ? 0 : i]
  }
  return values
}

/**
 * The values of ᾱ at u = 0, 1 / T, ..., 1. Throws FormulaError unless they are in (0, 1] and fall;
 * the last one may be 0.
 */
export function evaluateAlphaBar(program: Program, T: number): Float64Array {
  const u = Float64Array.from({ length: T + 1 }, (_, i) => i / T)
  const values = evaluateCurve(program, u)
  const { range } = program.nodes[program.root]
  values.forEach((value, i) => {
    const isValid = value <= 1 && (value > 0 || (value === 0 && i === T))
    if (!isValid) throw new FormulaError(formulaMessages.curveRange, { value, u: u[i] }, range)
    const before = values[i - 1]
    if (i > 0 && value >= before)
      throw new FormulaError(formulaMessages.curveRises, { value, u: u[i], before }, range)
  })
  return values
}
