// Bounds for formulas, which come from files of others. Nested formulas become nested elements, and a
// browser's layout, which is recursive, overflows its stack: the page then crashes.

/** Limits of a formula. Those of papers have a tenth of it. */
export const formulaBounds = {
  characters: 4000,
  /** Commands, letters and marks. */
  tokens: 1000,
  /** Levels of braces, \left, environments and switches such as \displaystyle. */
  nesting: 30,
  /** Cells of matrices, with rows and lines between them. */
  cells: 500,
  /** Elements of the result, and levels of them. */
  elements: 10_000,
  levels: 400,
  /** Lengths in the result, in em: a formula must stay near its place. */
  em: 60,
} as const

/** The bound that a formula exceeds; `definitions` are refused, as each may double the formula. */
export type FormulaProblem = keyof typeof formulaBounds | 'definitions'

const DEFINITION =
  /^\\(?:[gex]?def|let|futurelet|newcommand|renewcommand|providecommand|global|long)$/
const OPENING = /^(?:\{|\\(?:left|begin|bgroup|begingroup))$/
const CLOSING = /^(?:\}|\\(?:right|end|egroup|endgroup))$/
/** Commands that concern the rest of their group, which KaTeX nests in them. */
const SWITCH =
  /^\\(?:(?:display|text|script|scriptscript)style|color|rm|sf|tt|bf|it|cal|tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|sixptsize)$/
const CELL = /^(?:[&@]|\\(?:\\|cr|newline|hline|hdashline))$/

/** Checks a formula before KaTeX parses it, in one scan. Returns the bound that it exceeds. */
export function findExcess(latex: string): FormulaProblem | undefined {
  if (latex.length > formulaBounds.characters) return 'characters'
  /** Levels outside of each open group. */
  const outside: number[] = []
  let [tokens, cells, depth] = [0, 0, 0]
  for (const [token] of latex.matchAll(/\\(?:[a-zA-Z@]+|[^])|[^\s]/gu)) {
    if (DEFINITION.test(token)) return 'definitions'
    if (++tokens > formulaBounds.tokens) return 'tokens'
    if (CELL.test(token)) {
      if (++cells > formulaBounds.cells) return 'cells'
      // A switch ends with its cell.
      depth = outside.length > 0 ? outside[outside.length - 1] + 1 : 0
    }
    if (CLOSING.test(token)) depth = outside.pop() ?? 0
    else if (OPENING.test(token)) outside.push(depth++)
    else if (SWITCH.test(token)) depth++
    if (depth > formulaBounds.nesting) return 'nesting'
  }
  return undefined
}

/** Checks the elements of a formula before they are part of a page. */
export function findExcessOfElements(root: Element): FormulaProblem | undefined {
  let level: readonly Element[] = [root]
  let count = 0
  for (let depth = 1; level.length > 0; depth++) {
    count += level.length
    if (count > formulaBounds.elements) return 'elements'
    if (depth > formulaBounds.levels) return 'levels'
    if (level.some(isLong)) return 'em'
    level = level.flatMap((element) => [...element.children])
  }
  return undefined
}

/** KaTeX bounds positive lengths only, each by itself. Their sums are heights of the result. */
function isLong(element: Element): boolean {
  if (!(element instanceof HTMLElement)) return false
  const { cssText } = element.style
  return [...cssText.matchAll(/(-?[\d.]+)em/g)].some(
    ([, length]) => Math.abs(Number(length)) > formulaBounds.em,
  )
}
