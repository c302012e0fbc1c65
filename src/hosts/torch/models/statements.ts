// Statements of a method: expressions of several layers, as a person would write them.
import type { Layer } from '../../../engine/models/graph/layer.ts'
import { marksIn, MODULE_MARKS, VALUE_MARKS, valueMark, type Term } from './terms.ts'

/** Python with marks that computes one value, or all parts of a split. */
export interface Statement {
  /** Positions of the values; undefined for parts of a split that nothing reads. */
  targets: readonly (number | undefined)[]
  text: string
  /** Place in the order of the statements: that of the last value. */
  position: number
}

export interface Statements {
  statements: readonly Statement[]
  /** The expression of the result, with marks. */
  result: string
  /** Values that are appended to the list `skips`, which the method removes from its end. */
  skips: ReadonlySet<number>
}

export interface StatementsAround {
  layers: readonly Layer[]
  output: number
  dependsOnX: readonly boolean[]
  /** Repeated parts that a value is in, as a text. */
  placeOf: (value: number) => string
}

/** Calls inside each other that a line may have, and its characters. */
const MOST_CALLS = 3
const LONGEST = 87

/** Joins terms whose value is read once to the terms that read them. */
export function writeStatements(around: StatementsAround, terms: readonly Term[]): Statements {
  const skips = findSkips(around, terms)
  const joiner = new Joiner(around, terms, skips)
  const statements = terms.flatMap((term) => joiner.add(term))
  const result = joiner.result()
  const appended = new Set(skips.values())
  return { statements: statements.filter(joiner.isWritten), result, skips: appended }
}

/**
 * Values that are joined to later ones in the reverse of their order, by the `concat` that reads
 * each.
 */
function findSkips({ layers }: StatementsAround, terms: readonly Term[]): Map<number, number> {
  const joins = terms.filter(
    ({ value }) => layers[value].op === 'concat' && layers[value].in.length === 2,
  )
  const found = new Map(joins.map(({ value }) => [value, layers[value].in[1]]))
  const order = [...found.values()]
  const isStack = order.every((skip, i) => i === 0 || skip < order[i - 1])
  return isStack && order.length > 1 ? found : new Map()
}

/** A call of a function or a module around others: methods of values follow them. */
const CALL = /(?<![\w.»)])[\w.]+\(|›\(/

interface Joined {
  statement: Statement
  text: string
  calls: number
  /** Calls a module with a number, on its own line if it may be repeated. */
  hasItem: boolean
  term: Term
}

class Joiner {
  private readonly joined = new Map<number, Joined>()
  private readonly used = new Map<number, number>()
  /** Values that are part of another expression. */
  private readonly gone = new Set<number>()
  private readonly terms: ReadonlyMap<number, Term>
  private readonly appended: ReadonlySet<number>

  constructor(
    private readonly around: StatementsAround,
    terms: readonly Term[],
    private readonly skips: ReadonlyMap<number, number>,
  ) {
    this.terms = new Map(terms.map((term) => [term.value, term]))
    this.appended = new Set(skips.values())
    const count = (value: number) => this.used.set(value, (this.used.get(value) ?? 0) + 1)
    for (const term of terms) {
      // All parts of a split are one statement.
      const first = this.isSplit(term)
        ? this.partsOf(term).find((part) => part !== undefined)
        : undefined
      if (first === undefined || first === term.value) term.reads.forEach(count)
    }
    count(around.output)
  }

  readonly isWritten = ({ targets }: Statement): boolean =>
    !targets.every((target) => target !== undefined && this.gone.has(target))

  /** The statement of a term, unless an earlier one computes it. */
  add(term: Term): Statement[] {
    if (this.joined.has(term.value)) return []
    const targets = this.isSplit(term) ? this.partsOf(term) : [term.value]
    const joined = this.join(term, targets)
    const statement = { targets, text: joined.text, position: term.value }
    for (const target of targets)
      if (target !== undefined) this.joined.set(target, { ...joined, statement, term })
    return [statement]
  }

  result(): string {
    const { output } = this.around
    const joined = this.joined.get(output)
    const isFree = joined?.statement.targets.length === 1 && this.used.get(output) === 1
    if (!joined || !isFree || this.around.placeOf(output) !== '') return valueMark(output)
    this.gone.add(output)
    return joined.text
  }

  private isSplit = ({ value, path }: Term): boolean =>
    this.around.layers[value].op === 'split' && path === undefined

  /** Values of all parts of a split, in their order. */
  private partsOf({ value }: Term): (number | undefined)[] {
    const { layers } = this.around
    const [source] = layers[value].in
    const { count } = layers[value].attrs as { count: number }
    return Array.from({ length: count }, (_, index) =>
      [...this.terms.keys()].find((other) => {
        const { op, in: inputs, attrs } = layers[other]
        return (
          op === 'split' && inputs[0] === source && attrs.count === count && attrs.index === index
        )
      }),
    )
  }

  /** The Python of a term, with expressions in place of values that nothing else reads. */
  private join(
    term: Term,
    targets: Statement['targets'],
  ): Pick<Joined, 'text' | 'calls' | 'hasItem'> {
    const own = CALL.test(term.text) ? 1 : 0
    // Room for further targets, or for `return`.
    const isLast = term.value === this.around.output
    const longest = LONGEST - 8 * (targets.length - 1) - (isLast ? 4 : 0)
    let { text } = term
    let calls = own
    let hasItem = isItem(term)
    const skip = this.skips.get(term.value)
    if (skip !== undefined) text = replaceLast(text, valueMark(skip), 'skips.pop()')
    // The first operand is the longest: it stays apart if not all fit.
    for (const value of marksIn(text).toReversed()) {
      const inner = this.joined.get(value)
      if (!inner || !this.canJoin(term, inner)) continue
      const mark = valueMark(value)
      const next = text.replace(mark, bracketed(inner.text, text.split(mark)))
      if (inner.calls + own > MOST_CALLS || this.sizeOf(next) > longest) continue
      text = next
      calls = Math.max(calls, inner.calls + own)
      hasItem ||= inner.hasItem
      this.gone.add(value)
    }
    return { text, calls, hasItem }
  }

  /** Characters of a line, with names in place of its marks. */
  private sizeOf(text: string): number {
    const { dependsOnX } = this.around
    const named = text.replaceAll(VALUE_MARKS, (_, value) => (dependsOnX[value] ? 'h' : 'scale'))
    const written = named.replaceAll(MODULE_MARKS, (_, path: string) => `self.${path}`)
    // Numbers get brackets.
    return written.length + (written.match(/\.\d+/g) ?? []).length
  }

  private canJoin(term: Term, { statement, hasItem, term: inner }: Joined): boolean {
    const { value } = inner
    const { layers, placeOf } = this.around
    if (statement.targets.length > 1 || this.used.get(value) !== 1) return false
    if (this.appended.has(value) || placeOf(value) !== placeOf(term.value)) return false
    if (term.text.split(valueMark(value)).length !== 2) return false
    if (layers[term.value].op.endsWith('attention') && term.path === undefined) return false
    return !hasItem || !isItem(term)
  }
}

function replaceLast(text: string, part: string, other: string): string {
  const at = text.lastIndexOf(part)
  return text.slice(0, at) + other + text.slice(at + part.length)
}

const isItem = ({ path }: Term): boolean => path !== undefined && /(^|\.)\d+$/.test(path)

/** An expression with brackets, if it needs them between two pieces of code. */
function bracketed(inner: string, [before, after]: readonly string[]): string {
  const strength = strengthOf(inner)
  const isArgument = /(^|[(,[] ?)$/.test(before) && /^($|[),\]])/.test(after)
  const isLeft = before === '' && (strength === 2 || (strength === 1 && after.startsWith(' + ')))
  const isAdded = strength === 2 && before.endsWith(' + ') && /^($|\)| [+-])/.test(after)
  return strength === 3 || isArgument || (isLeft && after.startsWith(' ')) || isAdded
    ? inner
    : `(${inner})`
}

/** 1 for a sum, 2 for a product, 3 for a call or a name. */
function strengthOf(code: string): 1 | 2 | 3 {
  let outer = code
  for (let before = ''; before !== outer;) {
    before = outer
    outer = outer.replaceAll(/\([^()]*\)|\[[^[\]]*\]/g, '_')
  }
  if (/ [+-] /.test(outer)) return 1
  return / [*/%] /.test(outer) ? 2 : 3
}
