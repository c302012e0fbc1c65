// Independent interpreter of formulas for tests: expression trees, evaluated in float64 with dual
// numbers, and printed as the text of a formula. Shares no code with the engine.

/** Batches of 2 items with 3 elements; one number per item; one number. */
export const [ITEMS, ELEMENTS] = [2, 3]
export type Kind = 'number' | 'items' | 'batch'

export type Tree =
  | { op: 'number'; value: number }
  | { op: 'name'; name: string }
  | { op: string; args: Tree[] }

export interface Formula {
  definitions: { name: string; tree: Tree }[]
  result: Tree
}

/** A number with its derivatives with respect to all elements of the inputs. */
export interface Dual {
  value: number
  slopes: Float64Array
  /** A derivative on the way was infinite: backward passes may give 0 * infinity = NaN. */
  singular?: boolean
}

export interface Values {
  kind: Kind
  elements: Dual[]
}

export const sizes: Readonly<Record<Kind, number>> = {
  number: 1,
  items: ITEMS,
  batch: ITEMS * ELEMENTS,
}

// ---- text

const levels: Record<string, number> = {
  or: 1,
  and: 2,
  not: 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '==': 4,
  '!=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  negate: 7,
  '^': 8,
}

/** Prints with as few brackets as the grammar needs. */
export function printTree(tree: Tree, needed = 0): string {
  if ('value' in tree) return String(tree.value)
  if ('name' in tree) return tree.name
  const { op, args } = tree as Extract<Tree, { args: Tree[] }>
  const level = levels[op]
  if (level === undefined) return `${op}(${args.map((arg) => printTree(arg)).join(', ')})`
  const text =
    op === 'negate'
      ? `-${printTree(args[0], 7)}`
      : op === 'not'
        ? `not ${printTree(args[0], 3)}`
        : `${printTree(args[0], leftNeed(op, level))} ${op} ${printTree(args[1], op === '^' ? 7 : level + 1)}`
  return level < needed ? `(${text})` : text
}

const leftNeed = (op: string, level: number) => (op === '^' ? 9 : level === 4 ? 5 : level)

export const printFormula = ({ definitions, result }: Formula): string =>
  [...definitions.map(({ name, tree }) => `${name} = ${printTree(tree)};`), printTree(result)].join(
    ' ',
  )

// ---- dual numbers

const scale = ({ slopes }: Dual, factor: number): Float64Array =>
  slopes.map((slope) => (slope === 0 ? 0 : slope * factor))

/** A value with the derivatives `fa` and `fb` by its operands. */
function combine(value: number, a: Dual, fa: number, b: Dual, fb: number): Dual {
  const [first, second] = [scale(a, fa), scale(b, fb)]
  return {
    value,
    slopes: first.map((slope, i) => slope + second[i]),
    singular: Boolean(a.singular || b.singular) || !Number.isFinite(fa) || !Number.isFinite(fb),
  }
}

const chain = (x: Dual, value: number, slope: number): Dual => ({
  value,
  slopes: scale(x, slope),
  singular: Boolean(x.singular) || !Number.isFinite(slope),
})
const plain = (x: Dual, value: number): Dual => ({
  value,
  slopes: new Float64Array(x.slopes.length),
})

type Apply = (...args: Dual[]) => Dual

/** Jumps of the last formula whose operands were equal up to rounding: backends may differ there. */
const near = { jumps: 0 }

/** True if the last formula has a jump within rounding of its operands. */
export const isNearJump = (): boolean => near.jumps > 0

/** Notes a jump where two numbers are equal. */
function noteJump(a: number, b: number) {
  if (Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a))) near.jumps++
}

/** Notes the jumps of a function at multiples of one half. */
const noteSteps = (x: number) => noteJump(2 * x, Math.round(2 * x))

const unary =
  (f: (x: number) => number, slope: (x: number) => number): Apply =>
  (x) =>
    chain(x, f(x.value), slope(x.value))
/** Function without gradient. Of NaN, on which backends differ, it gives NaN. */
const jump =
  (f: (...values: number[]) => number): Apply =>
  (...args) => {
    const values = args.map(({ value }) => value)
    return plain(args[0], values.some(Number.isNaN) ? NaN : f(...values))
  }
/** A comparison, which jumps where its operands are equal. */
const comparison = (f: (x: number, y: number) => boolean): Apply =>
  jump((x, y) => {
    noteJump(x, y)
    return Number(f(x, y))
  })
/** A function with jumps at multiples of one half. */
const stepped = (f: (x: number) => number): Apply =>
  jump((x) => {
    noteSteps(x)
    return f(x)
  })
const select: Apply = (c, x, y) => (Number.isNaN(c.value) ? plain(c, NaN) : c.value === 0 ? y : x)

const logistic = (x: number) => 1 / (1 + Math.exp(-x))
const even = (x: number) =>
  Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)
const larger: Apply = (x, y) => {
  noteJump(x.value, y.value)
  const first = x.value >= y.value
  return combine(Math.max(x.value, y.value), x, Number(first), y, Number(!first))
}
const smaller: Apply = (x, y) => {
  noteJump(x.value, y.value)
  const first = x.value <= y.value
  return combine(Math.min(x.value, y.value), x, Number(first), y, Number(!first))
}

/** The sign of a zero, such as the largest of -0 and 0, decides between infinity and -infinity. */
function quotient(x: Dual, y: Dual): Dual {
  noteJump(y.value, 0)
  return combine(x.value / y.value, x, 1 / y.value, y, -x.value / y.value ** 2)
}

function power(x: Dual, y: Dual): Dual {
  if (y.value < 0) noteJump(x.value, 0)
  // Powers of a negative base are NaN beside whole exponents.
  if (x.value < 0) noteJump(y.value, Math.round(y.value))
  // NaN ** 0 is 1 in JavaScript.
  const value = Number.isNaN(x.value) ? NaN : x.value ** y.value
  const byBase = y.value === 0 ? 0 : y.value * x.value ** (y.value - 1)
  const byExponent = x.value > 0 ? value * Math.log(x.value) : 0
  return combine(value, x, byBase, y, byExponent)
}

const functions: Record<string, Apply> = {
  '+': (x, y) => combine(x.value + y.value, x, 1, y, 1),
  '-': (x, y) => combine(x.value - y.value, x, 1, y, -1),
  '*': (x, y) => combine(x.value * y.value, x, y.value, y, x.value),
  '/': quotient,
  '^': power,
  negate: unary(
    (x) => -x,
    () => -1,
  ),
  '<': comparison((x, y) => x < y),
  '<=': comparison((x, y) => x <= y),
  '>': comparison((x, y) => x > y),
  '>=': comparison((x, y) => x >= y),
  '==': comparison((x, y) => x === y),
  '!=': comparison((x, y) => x !== y),
  and: jump((x, y) => {
    noteJump(x, 0)
    noteJump(y, 0)
    return Number(x !== 0 && y !== 0)
  }),
  or: jump((x, y) => {
    noteJump(x, 0)
    noteJump(y, 0)
    return Number(x !== 0 || y !== 0)
  }),
  not: jump((x) => {
    noteJump(x, 0)
    return Number(x === 0)
  }),
  if: select,
  where: select,
  min: (...all) => all.reduce((x, y) => smaller(x, y)),
  max: (...all) => all.reduce((x, y) => larger(x, y)),
  clamp: (x, low, high) => smaller(larger(x, low), high),
  abs: unary(Math.abs, Math.sign),
  sign: stepped(Math.sign),
  floor: stepped(Math.floor),
  ceil: stepped(Math.ceil),
  round: stepped(even),
  mod: (x, y) => {
    noteSteps(x.value / y.value)
    const whole = Math.floor(x.value / y.value)
    return combine(x.value - y.value * whole, x, 1, y, -whole)
  },
  exp: unary(Math.exp, Math.exp),
  expm1: unary(Math.expm1, Math.exp),
  log: unary(Math.log, (x) => 1 / x),
  log1p: unary(Math.log1p, (x) => 1 / (1 + x)),
  sqrt: unary(Math.sqrt, (x) => 0.5 / Math.sqrt(x)),
  sin: unary(Math.sin, Math.cos),
  cos: unary(Math.cos, (x) => -Math.sin(x)),
  tan: unary(Math.tan, (x) => 1 / Math.cos(x) ** 2),
  atan: unary(Math.atan, (x) => 1 / (1 + x * x)),
  tanh: unary(Math.tanh, (x) => 1 / Math.cosh(x) ** 2),
  sigmoid: unary(logistic, (x) => logistic(x) * logistic(-x)),
  softplus: unary((x) => (x > 30 ? x : Math.log1p(Math.exp(x))), logistic),
  stop: jump((x) => x),
}

/** Names of elementwise functions by the number of arguments, for random trees. */
export const functionNames = {
  unary: [
    ...'abs sign floor ceil round exp expm1 log log1p sqrt'.split(' '),
    ...'sin cos tan atan tanh sigmoid softplus stop'.split(' '),
  ],
  binary: ['mod', 'min', 'max'],
  ternary: ['if', 'where', 'clamp', 'min', 'max'],
  operators: Object.keys(levels).filter((name) => name !== 'not' && name !== 'negate'),
}

// ---- reductions

const sumOf = (all: readonly Dual[]): Dual => all.reduce((x, y) => functions['+'](x, y))

function extremum(all: readonly Dual[], best: number): Dual {
  if (Number.isNaN(best)) return plain(all[0], NaN)
  for (const { value } of all) if (value !== best) noteJump(value, best)
  const ties = all.filter(({ value }) => value === best)
  const { slopes } = chain(sumOf(ties), 0, 1 / ties.length)
  return { value: best, slopes, singular: all.some(({ singular }) => singular) }
}

const reductions: Record<string, (all: readonly Dual[]) => Dual> = {
  sum: sumOf,
  mean: (all) => chain(sumOf(all), sumOf(all).value / all.length, 1 / all.length),
  min: (all) => extremum(all, Math.min(...all.map(({ value }) => value))),
  max: (all) => extremum(all, Math.max(...all.map(({ value }) => value))),
  norm: (all) => {
    const squares = sumOf(all.map((x) => functions['*'](x, x)))
    const norm = Math.sqrt(squares.value)
    return chain(squares, norm, norm === 0 ? 0 : 0.5 / norm)
  },
}

export const reductionNames = Object.keys(reductions)

function reduce(op: string, { kind, elements }: Values): Values {
  if (!op.startsWith('item_')) return { kind: 'number', elements: [reductions[op](elements)] }
  const reduceItem = reductions[op.slice('item_'.length)]
  if (kind !== 'batch') return { kind, elements: elements.map((x) => reduceItem([x])) }
  const items = Array.from({ length: ITEMS }, (_, i) =>
    reduceItem(elements.slice(i * ELEMENTS, (i + 1) * ELEMENTS)),
  )
  return { kind: 'items', elements: items }
}

// ---- evaluation

const largestKind = (kinds: Kind[]): Kind =>
  kinds.includes('batch') ? 'batch' : kinds.includes('items') ? 'items' : 'number'

const elementAt = ({ kind, elements }: Values, i: number, of: Kind): Dual =>
  kind === 'number' ? elements[0] : kind === of ? elements[i] : elements[Math.floor(i / ELEMENTS)]

export function evaluateFormula(
  { definitions, result }: Formula,
  inputs: ReadonlyMap<string, Values>,
  slopes: number,
): Values {
  near.jumps = 0
  const names = new Map(inputs)
  const constant = (value: number): Values => ({
    kind: 'number',
    elements: [{ value, slopes: new Float64Array(slopes) }],
  })
  const evaluate = (tree: Tree): Values => {
    if ('value' in tree) return constant(tree.value)
    if ('name' in tree) {
      const value = names.get(tree.name)
      if (!value) throw new Error(`No ${tree.name}.`)
      return value
    }
    const { op, args } = tree as Extract<Tree, { args: Tree[] }>
    const values = args.map(evaluate)
    if (values.length === 1 && (op.startsWith('item_') || op in reductions))
      return reduce(op, values[0])
    const kind = largestKind(values.map((value) => value.kind))
    const elements = Array.from({ length: sizes[kind] }, (_, i) =>
      functions[op](...values.map((value) => elementAt(value, i, kind))),
    )
    return { kind, elements }
  }
  for (const { name, tree } of definitions) names.set(name, evaluate(tree))
  return evaluate(result)
}
