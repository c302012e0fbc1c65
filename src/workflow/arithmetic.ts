// Arithmetic in number fields: 64*2, 1/3, 2^10, 1e-4 * 3, (3 + 5) / 2.
//
//   sum      = product { ("+" | "-") product }
//   product  = negation { ("*" | "×" | "·" | "/" | "÷") negation }
//   negation = ("-" | "+") negation | power
//   power    = atom [ ("^" | "**") negation ]
//   atom     = number | "pi" | "(" sum ")"
//
// Formulas have a language of their own (engine/formula), which is too large for the first load.

/** Longer texts are no arithmetic, which bounds the depth of the recursion. */
const MAX_CHARACTERS = 200

const TOKEN = /\s*(?:((?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)|(\*\*|[-+*/^()×·÷]|pi|π))/iy

/** Evaluates arithmetic. Undefined for other texts, and for results that are not finite. */
export function evaluateArithmetic(text: string): number | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const tokens = tokenize(text)
  if (!tokens || tokens.length === 0) return undefined
  const state: State = { tokens, at: 0 }
  const value = readSum(state)
  const isComplete = state.at === tokens.length
  return isComplete && value !== undefined && Number.isFinite(value) ? value : undefined
}

interface State {
  tokens: readonly string[]
  at: number
}

type Reading = number | undefined

function tokenize(text: string): string[] | undefined {
  const tokens: string[] = []
  const rest = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < rest.length) {
    const match = TOKEN.exec(rest)
    if (!match) return undefined
    tokens.push(match[1]?.replace(',', '.') ?? match[2].toLowerCase())
  }
  return tokens
}

/** Reads one of some operators. */
function takeOperator(state: State, ...operators: readonly string[]): string | undefined {
  const token = state.tokens[state.at]
  if (!operators.includes(token)) return undefined
  state.at++
  return token
}

function readSum(state: State): Reading {
  let value = readProduct(state)
  for (let sign; (sign = takeOperator(state, '+', '-'));)
    value = combine(value, readProduct(state), (a, b) => (sign === '+' ? a + b : a - b))
  return value
}

function readProduct(state: State): Reading {
  let value = readNegation(state)
  for (let sign; (sign = takeOperator(state, '*', '×', '·', '/', '÷'));)
    value = combine(value, readNegation(state), (a, b) => ('/÷'.includes(sign) ? a / b : a * b))
  return value
}

function readNegation(state: State): Reading {
  const sign = takeOperator(state, '-', '+')
  if (!sign) return readPower(state)
  const value = readNegation(state)
  return value === undefined ? undefined : sign === '-' ? -value : value
}

function readPower(state: State): Reading {
  const base = readAtom(state)
  return takeOperator(state, '^', '**') ? combine(base, readNegation(state), Math.pow) : base
}

function readAtom(state: State): Reading {
  if (takeOperator(state, '(')) {
    const value = readSum(state)
    return takeOperator(state, ')') ? value : undefined
  }
  const token = state.tokens[state.at++]
  if (token === 'pi' || token === 'π') return Math.PI
  return token === undefined || token === '' ? undefined : toNumber(token)
}

function toNumber(token: string): Reading {
  const value = Number(token)
  return Number.isNaN(value) ? undefined : value
}

const combine = (a: Reading, b: Reading, operation: (a: number, b: number) => number): Reading =>
  a === undefined || b === undefined ? undefined : operation(a, b)
