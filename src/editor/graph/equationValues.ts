// Substitutes the values of a node into its equation.
import type { Declaration } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import { formatNumber } from '../../workflow/controlSpec.ts'

/** Values of params by symbol, without params that have no effect or that a wire replaces. */
export function getSymbolValues(
  { params }: Declaration,
  getValue: (param: string) => unknown,
  isWired: (input: string) => boolean,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const [name, param] of Object.entries(params)) {
    const value = getValue(name)
    if (!param.symbol || typeof value !== 'number' || (param.unless && isWired(param.unless)))
      continue
    if (hasEffect(params, name, getValue)) found.set(param.symbol, value)
  }
  return found
}

const splitLatex = (latex: string) => latex.match(/\\[a-zA-Z]+|\\.|\s+|./g) ?? []

/**
 * Replaces symbols in LaTeX by numbers, which are marked by a class. A symbol with an index, and
 * letters in a text or the name of an environment, are not replaced.
 */
export function substituteNumbers(latex: string, numbers: ReadonlyMap<string, number>): string {
  const tokens = splitLatex(latex)
  const symbols = [...numbers].map(([symbol, value]) => ({
    parts: splitLatex(symbol),
    text: markNumber(value),
  }))
  symbols.sort((a, b) => b.parts.length - a.parts.length)
  let written = ''
  for (let at = 0; at < tokens.length;) {
    const word = /^\\(mathrm|text|operatorname|begin|end)$/.test(tokens[at])
      ? findGroupEnd(tokens, at + 1)
      : at
    if (word > at) {
      written += tokens.slice(at, word).join('')
      at = word
      continue
    }
    const found = symbols.find(({ parts }) => parts.every((part, i) => tokens[at + i] === part))
    const isAlone = found && tokens[at + found.parts.length] !== '_' && tokens[at - 1] !== '_'
    written += isAlone ? found.text : tokens[at]
    at += isAlone ? found.parts.length : 1
  }
  return written
}

const markNumber = (value: number) =>
  `\\htmlClass{live}{${formatNumber(value).replace(/e([+-]?\d+)/, ' \\cdot 10^{$1}')}}`

/** Index after the group that begins at `from`; `from` itself if no group begins there. */
function findGroupEnd(tokens: readonly string[], from: number): number {
  if (tokens[from] !== '{') return from
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at] === '{') depth++
    if (tokens[at] === '}' && --depth === 0) return at + 1
  }
  return tokens.length
}
