// Parsed formulas by their text. A node in a loop parses its formula once.
import { parseFormula } from './parse.ts'
import type { Program } from './program.ts'

const SIZE = 64

const parsed = new Map<string, Program>()

/** @throws FormulaError, as the parser does */
export function getProgram(text: string): Program {
  const known = parsed.get(text)
  if (known) return known
  const program = parseFormula(text)
  if (parsed.size >= SIZE) parsed.clear()
  parsed.set(text, program)
  return program
}
