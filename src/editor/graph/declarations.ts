// Declarations of all node types, as plain data: enough to draw and check nodes. `translateNode` adds
// their descriptions.
import declarations from 'virtual:bare-declarations'
import type { ByType, Declaration } from '../../engine/plan/op.ts'

export { declarations }

/** Built-in types. */
export const ownTypes: ByType = new Map(
  declarations.map((declaration) => [declaration.type, declaration]),
)

const allTypes = new Map(ownTypes)

/** Built-in types, and types of the subgraphs of the open workflow. */
export const byType: ByType = allTypes

/** Replaces the types of subgraphs, when a workflow is opened or its subgraphs change. */
export function setSubgraphTypes(known: readonly Declaration[]) {
  for (const type of allTypes.keys()) if (!ownTypes.has(type)) allTypes.delete(type)
  for (const declaration of known) allTypes.set(declaration.type, declaration)
}
