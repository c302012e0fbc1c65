// Parsed formulas as plain data.
import type { TextRange } from './error.ts'

/** Limits of a formula, so that parsing and evaluation are bounded. */
export const MAX_CHARACTERS = 2000
export const MAX_NODES = 400
export const MAX_DEPTH = 64

/** Inputs of a formula, in the order of their slots. */
export const inputNames = [...'abcdefghijklmnop']

/** A number or an input. */
export type Operand =
  | { kind: 'number'; value: number; range: TextRange }
  | { kind: 'input'; name: string; range: TextRange }

/** A function or an operator. */
export interface Call {
  kind: 'call'
  /** Key of a function in `functions.ts`. */
  id: string
  /** Indices of nodes that precede this one. */
  args: readonly number[]
  /** The name as written, without arguments: `alpha` stands for `alpha(t)`. */
  implicit?: true
  range: TextRange
}

export type FormulaNode = Operand | Call

/** `name = expression;`. The expression is the node with this index. */
export interface Definition {
  name: string
  node: number
}

/**
 * A formula. Arguments precede the nodes that use them; a defined name that is used several times
 * is one node.
 */
export interface Program {
  nodes: readonly FormulaNode[]
  definitions: readonly Definition[]
  /** Index of the result. */
  root: number
}

/** Names of the inputs that a formula uses: `a`, `t`, `T`. */
export const usedInputs = ({ nodes }: Program): ReadonlySet<string> =>
  new Set(nodes.flatMap((node) => (node.kind === 'input' ? [node.name] : [])))
