// Hostile texts for formulas, and the work that one takes.
import fc from 'fast-check'
import { FormulaError } from '../../src/engine/formula/error.ts'
import { evaluateProgram, type FormulaValue } from '../../src/engine/formula/evaluate.ts'
import { canonicalFormula } from '../../src/engine/formula/canonical.ts'
import { formulaLatex } from '../../src/engine/formula/latex.ts'
import { parseFormula } from '../../src/engine/formula/parse.ts'
import { MAX_CHARACTERS, MAX_NODES } from '../../src/engine/formula/program.ts'
import { formulaTorch } from '../../src/engine/formula/torch.ts'
import { typeProgram } from '../../src/engine/formula/typing.ts'
import { tokenize } from '../../src/engine/formula/tokens.ts'

const prototypeNames = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Array.prototype),
  ...Object.getOwnPropertyNames(Function.prototype),
  'prototype',
  'globalThis',
  'eval',
  'Function',
  'process',
  'import',
]

const words = [
  ...'a b t T x alpha snr min if norm item_sum pi not and'.split(' '),
  ...'+ - * / ^ ** ( ) , ; = == < 1 1e308 .5'.split(' '),
  ...' \u0000\u202eα😀\n"`$\\%',
]

const repeated = (parts: readonly string[], most: number) =>
  fc
    .tuple(fc.constantFrom(...parts), fc.integer({ min: 1, max: most }))
    .map(([part, count]) => part.repeat(count))

/** Texts of the language, almost of the language, and of neither. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...words), { maxLength: 200 }).map((all) => all.join('')),
  fc.array(fc.constantFrom(...words), { maxLength: 200 }).map((all) => all.join(' ')),
  fc.constantFrom(...prototypeNames).map((name) => `${name} + ${name}(a) + a.${name}`),
  fc.constantFrom(...prototypeNames).map((name) => `${name} = a; ${name}`),
  fc.constantFrom(...prototypeNames),
  // Nesting, chains, powers and numbers that grow.
  repeated(['(', '-', 'not ', 'abs(', '((a)+', 'a^', '9^', '2**', 'if(a,a,'], 2500).map(
    (text) => `${text}a`,
  ),
  repeated(['a+', 'a-', '1*', 'a/a*', 'a<', 'a and ', 'min(a,a)+', 'x=a;'], 1200).map(
    (text) => `${text}a`,
  ),
  repeated(['9', '1e', '.', '0.', 'e', '_'], 4000),
  fc.integer({ min: 1, max: 60 }).map(doubling),
  fc.integer({ min: 1, max: 60 }).map(branching),
)

/** Without sharing of defined names, the value and its print would double with each line. */
function doubling(lines: number): string {
  const names = Array.from({ length: lines }, (_, i) => `x${i}`)
  return [
    'x = a;',
    ...names.map((name, i) => `${name} = ${names[i - 1] ?? 'x'} * ${names[i - 1] ?? 'x'};`),
    names.at(-1),
  ].join('')
}

/** Branches of branches, whose paths would double with each line. */
function branching(lines: number): string {
  const names = Array.from({ length: lines }, (_, i) => `x${i}`)
  return [
    'x = sqrt(a);',
    ...names.map((name, i) => {
      const before = names[i - 1] ?? 'x'
      return `${name} = if(a > ${i}, ${before}, 1 / ${before});`
    }),
    names.at(-1),
  ].join('')
}

/** Counts of the work for a text. */
export interface Work {
  tokens: number
  nodes: number
  /** Characters of all printed forms. */
  printed: number
  /** The value, or the message of the error. */
  outcome: FormulaValue | string
}

/** Parses, types, prints and evaluates a text, with device operations on scalars. */
export function workOn(text: string): Work {
  const inputs = new Map<string, FormulaValue>(
    [...'abcdefghijklmnopt'].map((name, i) => [
      name,
      { kind: 'items', host: Float64Array.of(i + 0.5, -i) },
    ]),
  )
  const work: Work = { tokens: 0, nodes: 0, printed: 0, outcome: '' }
  try {
    if (text.length <= MAX_CHARACTERS) work.tokens = tokenize(text).length
    const program = parseFormula(text)
    work.nodes = program.nodes.length
    const printed = [...formulaLatex(program), formulaTorch(program), canonicalFormula(program)]
    work.printed = printed.reduce((sum, each) => sum + each.length, 0)
    typeProgram(program, () => ({ least: 'items', most: 'items', host: 'yes' }))
    work.outcome = evaluateProgram(program, { inputs, schedule: undefined, hasTape: true })
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    const [from, to] = error.range
    if (!(from >= 0 && from <= to && to <= text.length))
      throw new Error(`The range ${from} to ${to} is not in the text.`, { cause: error })
    work.outcome = error.message
  }
  return work
}

/** Bounds of the counts, for any text. */
export const bounds: Omit<Work, 'outcome'> = {
  tokens: MAX_CHARACTERS + 1,
  nodes: MAX_NODES,
  printed: 100_000,
}
