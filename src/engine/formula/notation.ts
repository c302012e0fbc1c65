// Notation of the functions of formulas in LaTeX and in PyTorch.

/** Precedence of an expression; an argument that binds less than needed gets brackets. */
export const precedence = {
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  sum: 5,
  product: 6,
  negation: 7,
  power: 8,
  atom: 9,
} as const

export interface Notation {
  /** Precedence of the result. Default: an atom. */
  binds?: number
  /** Least precedence of each argument; the last one counts for all further ones. Default 0. */
  needs?: readonly number[]
  print: (...args: string[]) => string
}

/** An infix operator. The right operand binds more tightly if the operator is not associative. */
export const infix = (symbol: string, level: number, right = level + 1): Notation => ({
  binds: level,
  needs: [level, right],
  print: (left, rightText) => `${left} ${symbol} ${rightText}`,
})

export const prefix = (symbol: string, level: number): Notation => ({
  binds: level,
  needs: [level],
  print: (operand) => symbol + operand,
})

/** A function of LaTeX: `\exp\left(x\right)`. */
export const latexCall = (name: string): Notation => ({
  print: (...args) => `${name}\\left(${args.join(', ')}\\right)`,
})

/** An argument of a function that accepts tensors only. Inputs a to p are tensors. */
export const pythonTensor = (text: string) => (/^[a-p]$/.test(text) ? text : `as_tensor(${text})`)

/** A function of PyTorch: `torch.exp(x)`. */
export const pythonCall = (name: string): Notation => ({
  print: (...args) => `${name}(${args.map(pythonTensor).join(', ')})`,
})

/** A comparison as a number: 1 if it holds, else 0. */
export const pythonComparison = (symbol: string): Notation => ({
  needs: [precedence.sum, precedence.sum],
  print: (left, right) => `as_number(${left} ${symbol} ${right})`,
})
