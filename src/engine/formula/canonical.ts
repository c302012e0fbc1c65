// Canonical form of formulas, for the keys of results.
import type { Program } from './program.ts'

/**
 * Returns a text that is equal for formulas that compute the same bits: independent of spaces,
 * brackets, defined names and repetitions.
 */
export function canonicalFormula(program: Program): string {
  const numbers = new Map<number, number>()
  const found = new Map<string, number>()
  for (const index of neededNodes(program)) {
    const node = program.nodes[index]
    const text = JSON.stringify(
      node.kind === 'call'
        ? [node.id, ...node.args.map((arg) => numbers.get(arg))]
        : node.kind === 'number'
          ? node.value
          : node.name,
    )
    const number = found.get(text) ?? found.size
    found.set(text, number)
    numbers.set(index, number)
  }
  return [...found.keys(), numbers.get(program.root)].join(' ')
}

/** The nodes that the result depends on, arguments first. */
function neededNodes({ nodes, root }: Program): number[] {
  const needed = new Set([root])
  for (let index = root; index >= 0; index--) {
    const node = nodes[index]
    if (node.kind === 'call' && needed.has(index)) node.args.forEach((arg) => needed.add(arg))
  }
  return [...needed].sort((a, b) => a - b)
}
