// Prints formulas by a notation: LaTeX and PyTorch.
import type { FormulaFunction } from './functionTypes.ts'
import { precedence, type Notation } from './notation.ts'
import { getFunction } from './functions.ts'
import type { FormulaNode, Operand, Program } from './program.ts'

export interface Style {
  notation: (called: FormulaFunction) => Notation
  operand: (operand: Operand) => string
  /** A defined name. */
  name: (name: string) => string
  brackets: (text: string) => string
}

/** A definition, or the result (`name` is undefined). */
export interface PrintedLine {
  name: string | undefined
  text: string
}

/** Prints each definition and the result. Takes linear time, as names stand for their definitions. */
export function printLines({ nodes, definitions, root }: Program, style: Style): PrintedLine[] {
  const names = new Map<number, string>()
  const print = (index: number, needed: number): string => {
    const name = names.get(index)
    return name === undefined ? printNode(nodes[index], needed) : style.name(name)
  }
  const printNode = (node: FormulaNode, needed: number): string => {
    if (node.kind !== 'call') return style.operand(node)
    const {
      binds = precedence.atom,
      needs = [],
      print: join,
    } = style.notation(getFunction(node.id))
    const args = node.args.map((arg, i) => print(arg, needs[Math.min(i, needs.length - 1)] ?? 0))
    const text = join(...args)
    return binds < needed ? style.brackets(text) : text
  }
  const lines = definitions.map(({ name, node }): PrintedLine => {
    const text = print(node, 0)
    if (!names.has(node)) names.set(node, name)
    return { name: style.name(name), text }
  })
  return [...lines, { name: undefined, text: print(root, 0) }]
}
