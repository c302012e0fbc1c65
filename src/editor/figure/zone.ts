// Nodes of one loop, for figures that show it alone.
import { findLoopMembership, sortBySources } from '../../engine/plan/loopMembership.ts'
import type { ByType } from '../../engine/plan/op.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { findLoopPairs } from '../../workflow/loopPairs.ts'
import type { FileNode, WorkflowFile } from '../../workflow/file.ts'

/**
 * Returns the ids of the nodes of a loop on the top level: its ends, its body and the loops inside.
 * `name` is the title or the id of its Start. Undefined if there is no such loop.
 */
export function findZoneNodes(
  file: WorkflowFile,
  name: string,
  declared: ByType,
): ReadonlySet<string> | undefined {
  const starts = [...findLoopPairs(file)].filter(
    ([node]) => declared.get(node.type)?.role === 'start',
  )
  const isNamed = ([start]: [FileNode, FileNode]) =>
    String(start.id) === name || nodeTitle(start, declared) === name
  const pair = starts.find(isNamed)
  if (!pair) return undefined
  const [start, end] = pair.map(({ id }) => String(id))
  const membership = findLoopMembership(
    sortBySources(toLoopNodes(file)),
    starts.map(([from, to]) => ({ start: String(from.id), end: String(to.id) })),
  )
  const body = [...membership].filter(([, loops]) => loops.has(start)).map(([id]) => id)
  return new Set([start, end, ...body])
}

function toLoopNodes({ nodes, links }: WorkflowFile) {
  const sources = new Map(nodes.map(({ id }) => [String(id), [] as string[]]))
  for (const [, from, , to] of links) sources.get(String(to))?.push(String(from))
  return [...sources].map(([id, of]) => ({ id, sources: of }))
}
