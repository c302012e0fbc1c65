// Recursive descent parser of formulas. Its recursion is bounded by MAX_DEPTH.
//
//   program    = { name "=" expression ";" } expression
//   expression = and { "or" and }
//   and        = not { "and" not }
//   not        = "not" not | comparison
//   comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
//   sum        = product { ("+" | "-") product }
//   product    = negation { ("*" | "/") negation }
//   negation   = "-" negation | power
//   power      = atom [ ("^" | "**") negation ]
//   atom       = number | name [ "(" expression { "," expression } ")" ] | "(" expression ")"
import { formulaMessages } from '../messages/formula.ts'
import { FormulaError, type TextRange } from './error.ts'
import { constants, findOverload, formulaFunctions, operators, timeFunctions } from './functions.ts'
import {
  inputNames,
  MAX_CHARACTERS,
  MAX_DEPTH,
  MAX_NODES,
  type Definition,
  type FormulaNode,
  type Program,
} from './program.ts'
import { quotePart, tokenize, type Token } from './tokens.ts'

const WORDS = new Set(['and', 'or', 'not'])
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!='])

/** The names of a formula, and the errors whose cures depend on them. */
export interface Language {
  inputs: ReadonlySet<string>
  /** The functions; all by default. */
  hasFunction?: (name: string) => boolean
  messages: Pick<
    typeof formulaMessages,
    'empty' | 'tooLong' | 'tooManyNodes' | 'unknownName' | 'unknownFunction'
  >
}

/** The language of the Formula node. */
const formulaLanguage: Language = {
  inputs: new Set([...inputNames, 't', 'T']),
  messages: {
    empty: formulaMessages.empty,
    tooLong: formulaMessages.tooLong,
    tooManyNodes: formulaMessages.tooManyNodes,
    unknownName: formulaMessages.unknownName,
    unknownFunction: formulaMessages.unknownFunction,
  },
}

/** @throws FormulaError with the place of the first error */
export function parseFormula(text: string, language = formulaLanguage): Program {
  if (text.length > MAX_CHARACTERS) {
    throw new FormulaError(
      language.messages.tooLong,
      { limit: MAX_CHARACTERS, length: text.length },
      [MAX_CHARACTERS, text.length],
    )
  }
  return new Parser(tokenize(text), language).parse()
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #language: Language
  readonly #nodes: FormulaNode[] = []
  readonly #definitions: Definition[] = []
  readonly #defined = new Map<string, number>()
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], language: Language) {
    this.#tokens = tokens
    this.#language = language
  }

  parse(): Program {
    if (this.#isAtEnd()) throw this.#error(this.#language.messages.empty, {})
    while (this.#next.kind === 'name' && this.#tokens[this.#at + 1].text === '=') this.#define()
    if (this.#isAtEnd()) throw this.#error(formulaMessages.unfinished, {})
    const root = this.#parseExpression()
    if (!this.#isAtEnd()) throw this.#unexpected()
    return { nodes: this.#nodes, definitions: this.#definitions, root }
  }

  get #next(): Token {
    return this.#tokens[this.#at]
  }

  #isAtEnd() {
    return this.#next.kind === 'end'
  }

  /** Steps over the next token if it is one of these. */
  #accept(...texts: string[]): Token | undefined {
    const token = this.#next
    if (token.kind === 'number' || !texts.includes(token.text)) return undefined
    this.#at++
    return token
  }

  #define() {
    const { text: name, range } = this.#next
    if (this.#isReserved(name) || this.#defined.has(name))
      throw new FormulaError(formulaMessages.takenName, { name: quotePart(name) }, range)
    this.#at += 2
    const node = this.#parseExpression()
    if (!this.#accept(';')) throw this.#unexpected()
    this.#defined.set(name, node)
    this.#definitions.push({ name, node })
  }

  #parseExpression(): number {
    return this.#nest(() => {
      const from = this.#start
      let left = this.#parseAnd()
      while (this.#accept('or')) left = this.#call('or', [left, this.#parseAnd()], from)
      return left
    })
  }

  #parseAnd(): number {
    const from = this.#start
    let left = this.#parseNot()
    while (this.#accept('and')) left = this.#call('and', [left, this.#parseNot()], from)
    return left
  }

  #parseNot(): number {
    const token = this.#accept('not')
    if (!token) return this.#parseComparison()
    return this.#nest(() => this.#add('not', [this.#parseNot()], token.range[0]))
  }

  #parseComparison(): number {
    const from = this.#start
    const left = this.#parseSum()
    const token = this.#accept(...COMPARISONS)
    if (!token) return left
    const compared = this.#call(token.text, [left, this.#parseSum()], from)
    if (COMPARISONS.has(this.#next.text)) throw this.#error(formulaMessages.chain, {})
    return compared
  }

  #parseSum(): number {
    const from = this.#start
    let left = this.#parseProduct()
    for (let token = this.#accept('+', '-'); token; token = this.#accept('+', '-'))
      left = this.#call(token.text, [left, this.#parseProduct()], from)
    return left
  }

  #parseProduct(): number {
    const from = this.#start
    let left = this.#parseNegation()
    for (let token = this.#accept('*', '/'); token; token = this.#accept('*', '/'))
      left = this.#call(token.text, [left, this.#parseNegation()], from)
    return left
  }

  #parseNegation(): number {
    const token = this.#accept('-')
    if (!token) return this.#parsePower()
    return this.#nest(() => this.#add('negate', [this.#parseNegation()], token.range[0]))
  }

  #parsePower(): number {
    const from = this.#start
    const base = this.#parseAtom()
    if (!this.#accept('^', '**')) return base
    return this.#nest(() => this.#call('^', [base, this.#parseNegation()], from))
  }

  #parseAtom(): number {
    const token = this.#next
    if (token.kind === 'number') return this.#parseNumber(token)
    if (token.kind === 'name' && !WORDS.has(token.text)) return this.#parseName(token)
    if (!this.#accept('('))
      throw token.kind === 'end'
        ? this.#error(formulaMessages.missingOperand, {})
        : this.#error(formulaMessages.operand, { text: quotePart(token.text) })
    const inner = this.#parseExpression()
    this.#close()
    return inner
  }

  #parseNumber({ text, range }: Token): number {
    this.#at++
    const value = Number(text)
    if (!Number.isFinite(value))
      throw new FormulaError(formulaMessages.infiniteNumber, { text: quotePart(text) }, range)
    return this.#push({ kind: 'number', value, range })
  }

  #parseName({ text: name, range }: Token): number {
    this.#at++
    const isCall = this.#next.text === '('
    const node = this.#defined.get(name)
    const constant = constants.get(name)
    const { inputs, messages } = this.#language
    const isValue = node !== undefined || constant !== undefined || inputs.has(name)
    if (isValue && isCall)
      throw this.#error(formulaMessages.notAFunction, { name: quotePart(name) })
    if (node !== undefined) return node
    if (constant !== undefined) return this.#push({ kind: 'number', value: constant, range })
    if (isValue) return this.#push({ kind: 'input', name, range })
    if (isCall) return this.#parseCall(name, range)
    if (timeFunctions.has(name) && this.#hasFunction(name)) {
      const t = this.#push({ kind: 'input', name: 't', range })
      return this.#push({ kind: 'call', id: name, args: [t], implicit: true, range })
    }
    throw this.#hasFunction(name)
      ? new FormulaError(formulaMessages.withoutArguments, { name }, range)
      : new FormulaError(messages.unknownName, { name: quotePart(name) }, range)
  }

  #parseCall(name: string, range: TextRange): number {
    const { unknownFunction } = this.#language.messages
    if (!this.#hasFunction(name))
      throw new FormulaError(unknownFunction, { name: quotePart(name) }, range)
    this.#accept('(')
    const args: number[] = []
    if (this.#next.text !== ')') {
      args.push(this.#parseExpression())
      while (this.#accept(',')) args.push(this.#parseExpression())
    }
    this.#close()
    const found = findOverload(name, args.length)
    if ('id' in found) return this.#add(found.id, args, range[0])
    throw new FormulaError(
      formulaMessages.argumentCount,
      { name, expected: found.expected, count: args.length },
      [range[0], this.#lastEnd],
    )
  }

  #close() {
    if (this.#accept(')')) return
    throw this.#next.kind === 'end'
      ? this.#error(formulaMessages.missingBracket, {})
      : this.#next.text === '='
        ? this.#error(formulaMessages.singleEquals, {})
        : this.#error(formulaMessages.bracket, { text: quotePart(this.#next.text) })
  }

  /** Adds the call of an operator. */
  #call(symbol: string, args: readonly number[], from: number): number {
    return this.#add(operators.get(symbol) ?? symbol, args, from)
  }

  #add(id: string, args: readonly number[], from: number): number {
    return this.#push({ kind: 'call', id, args, range: [from, this.#lastEnd] })
  }

  /** Beginning of the next token. */
  get #start(): number {
    return this.#next.range[0]
  }

  /** End of the last token that was read. */
  get #lastEnd(): number {
    return this.#tokens[this.#at - 1].range[1]
  }

  #push(node: FormulaNode): number {
    if (this.#nodes.length === MAX_NODES)
      throw new FormulaError(this.#language.messages.tooManyNodes, { limit: MAX_NODES }, node.range)
    this.#nodes.push(node)
    return this.#nodes.length - 1
  }

  #hasFunction(name: string): boolean {
    return formulaFunctions.has(name) && (this.#language.hasFunction?.(name) ?? true)
  }

  #isReserved(name: string): boolean {
    const isInput = this.#language.inputs.has(name)
    return WORDS.has(name) || isInput || constants.has(name) || formulaFunctions.has(name)
  }

  #nest<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.#error(formulaMessages.tooDeep, { limit: MAX_DEPTH })
    const result = parse()
    this.#depth--
    return result
  }

  #unexpected() {
    const { text, kind } = this.#next
    if (kind === 'end') return this.#error(formulaMessages.unfinished, {})
    return text === '='
      ? this.#error(formulaMessages.singleEquals, {})
      : this.#error(formulaMessages.operator, { text: quotePart(text) })
  }

  /** An error at the next token. */
  #error(problem: ConstructorParameters<typeof FormulaError>[0], values: Record<string, unknown>) {
    return new FormulaError(problem, values, this.#next.range)
  }
}
