// Splits the text of a formula into tokens, in linear time.
import { shorten } from '../base/quote.ts'
import { formulaMessages } from '../messages/formula.ts'
import { FormulaError, type TextRange } from './error.ts'

export interface Token {
  kind: 'number' | 'name' | 'symbol' | 'end'
  text: string
  range: TextRange
}

/** Number, name, or operator. Sticky, so that each match begins where the last one ended. */
const PATTERN =
  /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(\*\*|<=|>=|==|!=|[-+*/^(),;=<>]))/y

/** @throws FormulaError for a character or a number that does not belong to the language */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    PATTERN.lastIndex = at
    const match = PATTERN.exec(text)
    if (!match) break
    const [all, number, name, symbol = ''] = match
    const end = at + all.length
    const token = number ?? name ?? symbol
    const range: TextRange = [end - token.length, end]
    // "1.2.3" and "2x" would otherwise be two tokens.
    if (number !== undefined && /[\w.]/.test(text[end] ?? '')) throw malformed(text, range[0])
    tokens.push({
      kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol',
      text: token,
      range,
    })
    at = end
  }
  const rest = text.slice(at).trimStart()
  const from = text.length - rest.length
  if (rest) throw unknownCharacter(text, from)
  tokens.push({ kind: 'end', text: '', range: [text.trimEnd().length, text.length] })
  return tokens
}

function malformed(text: string, from: number) {
  const written = /^[\w.]+/.exec(text.slice(from))?.[0] ?? ''
  return new FormulaError(formulaMessages.malformedNumber, { text: quotePart(written) }, [
    from,
    from + written.length,
  ])
}

function unknownCharacter(text: string, from: number) {
  const character = String.fromCodePoint(text.codePointAt(from) ?? 0)
  return new FormulaError(formulaMessages.character, { text: character }, [
    from,
    from + character.length,
  ])
}

/** Shortens a part of a formula for a message. */
export const quotePart = (text: string) => shorten(text, 40)
