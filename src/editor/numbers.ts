// The numbers of a node in its equation.
import type { Declaration } from '../engine/plan/op.ts'
import { isMeant } from '../engine/plan/op.ts'
import { formatNumber } from '../nodes/litegraph/widgets.ts'

/** The numbers that a node has now, by their symbols: of params that mean something and that no wire replaces. */
export function numbersOf(
  { params }: Declaration,
  valueOf: (param: string) => unknown,
  wired: (input: string) => boolean,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const [name, param] of Object.entries(params)) {
    const value = valueOf(name)
    if (!param.symbol || typeof value !== 'number' || (param.unless && wired(param.unless))) continue
    if (isMeant(params, name, valueOf)) found.set(param.symbol, value)
  }
  return found
}

const tokensOf = (latex: string) => latex.match(/\\[a-zA-Z]+|\\.|\s+|./g) ?? []

/** LaTeX with numbers in the place of symbols, marked by a class. A symbol with another index, or in words, is another symbol. */
export function withNumbers(latex: string, numbers: ReadonlyMap<string, number>): string {
  const tokens = tokensOf(latex)
  const symbols = [...numbers].map(([symbol, value]) => ({ parts: tokensOf(symbol), text: marked(value) }))
  symbols.sort((a, b) => b.parts.length - a.parts.length)
  let written = ''
  for (let at = 0; at < tokens.length;) {
    const word = /^\\(mathrm|text|operatorname)$/.test(tokens[at]!) ? endOfGroup(tokens, at + 1) : at
    if (word > at) {
      written += tokens.slice(at, word).join('')
      at = word
      continue
    }
    const found = symbols.find(({ parts }) => parts.every((part, i) => tokens[at + i] === part))
    const isAlone = found && tokens[at + found.parts.length] !== '_' && tokens[at - 1] !== '_'
    written += isAlone ? found.text : tokens[at]!
    at += isAlone ? found.parts.length : 1
  }
  return written
}

const marked = (value: number) => `\\htmlClass{live}{${formatNumber(value).replace(/e([+-]?\d+)/, ' \\cdot 10^{$1}')}}`

/** Behind the group that begins at `from`; there itself if none does. */
function endOfGroup(tokens: readonly string[], from: number): number {
  if (tokens[from] !== '{') return from
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at] === '{') depth++
    if (tokens[at] === '}' && --depth === 0) return at + 1
  }
  return tokens.length
}
