// The nodes there are, as plain data: enough to draw, explain and check them.
import declarations from 'virtual:declarations'
import type { ByType, Declaration } from '../engine/plan/op.ts'

export { declarations }

/** Those of the product. */
export const ownTypes: ByType = new Map(declarations.map((declaration) => [declaration.type, declaration]))

const all = new Map(ownTypes)

/** Those of the product, and those that stand for subgraphs of the open workflow. */
export const byType: ByType = all

/** Takes the subgraphs of another workflow, or other ones of this. */
export function knowSubgraphs(known: readonly Declaration[]) {
  for (const type of all.keys()) if (!ownTypes.has(type)) all.delete(type)
  for (const declaration of known) all.set(declaration.type, declaration)
}
