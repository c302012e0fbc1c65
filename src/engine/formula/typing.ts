// Kinds of the values in a formula: number < items `[b]` < batch `[b, ...]`. Before a run a kind may
// be known only as a range: a timestep is one number, or one per item.
import { formulaMessages } from '../messages/formula.ts'
import { FormulaError } from './error.ts'
import { getFunction } from './functions.ts'
import type { Program } from './program.ts'

export type Kind = 'number' | 'items' | 'batch'

const RANKS: Readonly<Record<Kind, number>> = { number: 0, items: 1, batch: 2 }

export const largerKind = (a: Kind, b: Kind): Kind => (RANKS[a] >= RANKS[b] ? a : b)
export const smallerKind = (a: Kind, b: Kind): Kind => (RANKS[a] <= RANKS[b] ? a : b)

/** Properties of a value that are known before a run. */
export interface ValueType {
  least: Kind
  most: Kind
  /** The value is a float64 on the CPU. */
  host: 'yes' | 'no' | 'maybe'
}

const HOST_NUMBER: ValueType = { least: 'number', most: 'number', host: 'yes' }

/**
 * Returns the type of each node. Throws FormulaError for constants that are not finite, and for a
 * lookup in the schedule at a value that is computed by the backend.
 * @param inputType the type of an input by its name
 */
export function typeProgram(
  program: Program,
  inputType: (name: string) => ValueType,
): readonly ValueType[] {
  checkConstants(program)
  const types: ValueType[] = []
  for (const node of program.nodes) {
    if (node.kind === 'number') types.push(HOST_NUMBER)
    else if (node.kind === 'input')
      types.push(node.name === 'T' ? HOST_NUMBER : inputType(node.name))
    else {
      const { kinds, written } = getFunction(node.id)
      const joined = node.args.map((arg) => types[arg]).reduce(joinTypes)
      if (kinds === 'schedule' && joined.host === 'no')
        throw new FormulaError(formulaMessages.onDevice, { name: written }, node.range)
      types.push(resultType(kinds, joined))
    }
  }
  return types
}

const joinTypes = (a: ValueType, b: ValueType): ValueType => ({
  least: largerKind(a.least, b.least),
  most: largerKind(a.most, b.most),
  host:
    a.host === 'no' || b.host === 'no'
      ? 'no'
      : a.host === 'yes' && b.host === 'yes'
        ? 'yes'
        : 'maybe',
})

function resultType(kinds: ReturnType<typeof getFunction>['kinds'], joined: ValueType): ValueType {
  if (kinds === 'all') return { ...joined, least: 'number', most: 'number' }
  if (kinds === 'items')
    return {
      ...joined,
      least: smallerKind(joined.least, 'items'),
      most: smallerKind(joined.most, 'items'),
    }
  return kinds === 'schedule' ? { ...joined, host: 'yes' } : joined
}

/** Throws FormulaError if a subexpression without inputs is infinite or not a number. */
function checkConstants({ nodes }: Program) {
  const values: (number | undefined)[] = []
  for (const node of nodes) {
    if (node.kind !== 'call') {
      values.push(node.kind === 'number' ? node.value : undefined)
      continue
    }
    const args = node.args.map((arg) => values[arg])
    const called = getFunction(node.id)
    const isConstant = called.kinds !== 'schedule' && args.every((arg) => arg !== undefined)
    const value = !isConstant
      ? undefined
      : called.kinds === 'elementwise'
        ? called.host(...(args as number[]))
        : called.host(args as number[])
    if (value !== undefined && !Number.isFinite(value))
      throw new FormulaError(formulaMessages.infiniteConstant, { value }, node.range)
    values.push(value)
  }
}
