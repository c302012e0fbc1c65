// Merges the subgraphs of two files. Equal ones become one; a different one with the same id gets a
// new id.
import type { Subgraph } from '../../workflow/file.ts'
import { sameJson } from '../../workflow/json.ts'

/** Returns the merged list, and a function that maps node types of the second file. */
export function mergeSubgraphs(
  first: readonly Subgraph[],
  second: readonly Subgraph[],
  newId = () => crypto.randomUUID() as string,
) {
  const subgraphs = [...first]
  const renamed = new Map<string, string>()
  const mapType = (type: string) => renamed.get(type) ?? type
  // Each subgraph follows those it contains, so the new ids of its inner types are known.
  for (const subgraph of second) {
    const added = { ...subgraph, inside: renameTypes(subgraph.inside, mapType) }
    const there = subgraphs.find(({ id }) => id === added.id)
    if (there && sameJson(there, added)) continue
    if (there) renamed.set(added.id, newId())
    subgraphs.push({ ...added, id: mapType(added.id) })
  }
  return { subgraphs, mapType }
}

const renameTypes = (
  inside: Subgraph['inside'],
  mapType: (type: string) => string,
): Subgraph['inside'] => ({
  ...inside,
  nodes: inside.nodes.map((node) =>
    mapType(node.type) === node.type ? node : { ...node, type: mapType(node.type) },
  ),
})
