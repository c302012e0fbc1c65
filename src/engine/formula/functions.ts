// All functions and operators of formulas. Parser, typing, evaluators, printers and the reference
// read only this table. Maps, so that names such as `constructor` are unknown.
import { arithmetic } from './functions/arithmetic.ts'
import { elementary } from './functions/elementary.ts'
import { logic } from './functions/logic.ts'
import { lookups } from './functions/lookups.ts'
import { reductions } from './functions/reductions.ts'
import type { FormulaFunction } from './functionTypes.ts'

/** Groups of the reference, in order. */
export const functionGroups: ReadonlyMap<string, readonly FormulaFunction[]> = new Map(
  Object.entries<readonly FormulaFunction[]>({
    Operators: [...arithmetic.operators, ...logic.operators],
    Selection: logic.functions,
    Elementary: [...arithmetic.functions, ...elementary],
    Reductions: reductions,
    Schedule: lookups,
  }),
)

const table = [...functionGroups.values()].flat()

const byId = new Map(table.map((each) => [each.id, each]))

/** Operators by symbol. Unary minus has the id `negate`. */
export const operators: ReadonlyMap<string, string> = new Map(
  [...arithmetic.operators, ...logic.operators].map(({ written, id }) => [written, id]),
)

const overloads = new Map<string, FormulaFunction[]>()
for (const each of table) {
  const { written } = each
  if (!/^[a-z]\w*$/.test(written) || operators.has(written)) continue
  const others = overloads.get(written)
  if (others) others.push(each)
  else overloads.set(written, [each])
}

/** Overloads by the name of the function, without operators. */
export const formulaFunctions: ReadonlyMap<string, readonly FormulaFunction[]> = overloads

/** Functions of time whose name alone means their value at t. */
export const timeFunctions: ReadonlySet<string> = new Set(
  lookups.filter(({ host }) => host.of === 'time').map(({ written }) => written),
)

export const constants: ReadonlyMap<string, number> = new Map([['pi', Math.PI]])

/** The function of a call. */
export function getFunction(id: string): FormulaFunction {
  const found = byId.get(id)
  if (!found) throw new Error(`No function ${id}.`)
  return found
}

/** Returns the overload for a number of arguments, or else the numbers that are accepted. */
export function findOverload(name: string, count: number): { id: string } | { expected: string } {
  const all = formulaFunctions.get(name) ?? []
  const found = all.find(({ arity: [least, most] }) => count >= least && count <= most)
  if (found) return { id: found.id }
  const least = Math.min(...all.map(({ arity }) => arity[0]))
  const most = Math.max(...all.map(({ arity }) => arity[1]))
  return { expected: least === most ? `${least}` : `${least}–${most}` }
}
