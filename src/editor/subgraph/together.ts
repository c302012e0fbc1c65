// Subgraphs of two files in one: those that are the same are one, and of two that only have the same id the second gets another.
import type { Subgraph } from '../../nodes/workflow/file.ts'
import { sameJson } from '../../nodes/workflow/json.ts'

/** Both lists as one, and what a type of the second is called there. */
export function together(first: readonly Subgraph[], second: readonly Subgraph[], newId = () => crypto.randomUUID() as string) {
  const subgraphs = [...first]
  const renamed = new Map<string, string>()
  const typeOf = (type: string) => renamed.get(type) ?? type
  // Each stands after those it has nodes of.
  for (const subgraph of second) {
    const added = { ...subgraph, inside: withTypes(subgraph.inside, typeOf) }
    const there = subgraphs.find(({ id }) => id === added.id)
    if (there && sameJson(there, added)) continue
    if (there) renamed.set(added.id, newId())
    subgraphs.push({ ...added, id: typeOf(added.id) })
  }
  return { subgraphs, typeOf }
}

const withTypes = (inside: Subgraph['inside'], typeOf: (type: string) => string): Subgraph['inside'] => ({
  ...inside,
  nodes: inside.nodes.map((node) => (typeOf(node.type) === node.type ? node : { ...node, type: typeOf(node.type) })),
})
