// Bounds for texts in Markdown, which come from files of others: the parser takes quadratic time for
// marks without an end, and recursion for what is nested.
import type { Token, Tokens } from 'marked'
import { splitMath } from '../../painters/mathText.ts'

/** Limits of a text. Those of the lessons have a tenth of it. */
export const textBounds = {
  characters: 20_000,
  /** Marks such as * and $ in a paragraph. */
  marks: 500,
  /** Marks in all paragraphs. */
  allMarks: 4000,
  lines: 1500,
  /** Spaces in a row: the parser looks for a line break after each. */
  spaces: 1000,
  /** Levels of lists and quotes that begin in one line, and of elements in each other. */
  nesting: 20,
  /** Paragraphs, items, cells, marked words and other parts. */
  elements: 3000,
  formulas: 400,
  /** Characters of all formulas. */
  symbols: 6000,
} as const

export type TextProblem = keyof typeof textBounds

const MANY_SPACES = new RegExp(`[ \\t]{${textBounds.spaces + 1}}`)
const MARKS = /[*_~$[\]<>`!\\]/g
const CONTAINER = /[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$))/y
/** Lines that end the paragraph before them: blank ones, and items that may interrupt it. */
const PARAGRAPH_END = /^(?:\s*$| {0,3}[-*+][ \t]+\S)/

/** Checks a text before it is parsed, in one scan. Returns the bound that it exceeds. */
export function findTextExcess(text: string): TextProblem | undefined {
  if (text.length > textBounds.characters) return 'characters'
  const lines = text.split('\n')
  if (lines.length > textBounds.lines) return 'lines'
  if (MANY_SPACES.test(text)) return 'spaces'
  let [marks, allMarks] = [0, 0]
  let [columns, rows] = [0, 0]
  for (const line of lines) {
    if (countContainers(line) > textBounds.nesting) return 'nesting'
    if (PARAGRAPH_END.test(line)) [marks, columns, rows] = [0, 0, 0]
    // The parser fills the rows of a table with empty cells.
    columns = Math.max(columns, line.split('|').length - 1)
    rows++
    if (columns * rows > textBounds.elements) return 'elements'
    const added = line.match(MARKS)?.length ?? 0
    marks += added
    allMarks += added
    if (marks > textBounds.marks) return 'marks'
    if (allMarks > textBounds.allMarks) return 'allMarks'
  }
  return undefined
}

/** Counts the lists and quotes that begin in a line. */
function countContainers(line: string): number {
  let count = 0
  CONTAINER.lastIndex = 0
  while (CONTAINER.test(line)) count++
  return count
}

/** Levels of tokens: a list has an item, a paragraph and a text for each level that readers see. */
const LEVELS_EACH = 2

/** Checks the tokens of a text before elements are created for them. */
export function findExcessOfTokens(tokens: readonly Token[]): TextProblem | undefined {
  let level = tokens
  let [elements, formulas, symbols] = [0, 0, 0]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LEVELS_EACH * textBounds.nesting) return 'nesting'
    elements += level.length + level.flatMap(cellsOf).length
    if (elements > textBounds.elements) return 'elements'
    for (const latex of level.flatMap(tokenFormulas)) {
      formulas++
      symbols += latex.length
    }
    if (formulas > textBounds.formulas) return 'formulas'
    if (symbols > textBounds.symbols) return 'symbols'
    level = level.flatMap(childTokens)
  }
  return undefined
}

const tokenFormulas = (token: Token): readonly string[] => {
  if (token.type === 'math') return [(token as Tokens.Generic & { text: string }).text]
  if (token.type !== 'text' || token.tokens) return []
  return splitMath((token as Tokens.Text).text).flatMap(({ latex }) => latex ?? [])
}

const childTokens = (token: Token): readonly Token[] => {
  if (token.type === 'list') return (token as Tokens.List).items
  if (token.type !== 'table') return (token as Tokens.Generic).tokens ?? []
  return cellsOf(token).flatMap((cell) => cell.tokens)
}

function cellsOf(token: Token): readonly Tokens.TableCell[] {
  if (token.type !== 'table') return []
  const { header, rows } = token as Tokens.Table
  return [header, ...rows].flat()
}
