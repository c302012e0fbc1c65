// Decides which loops a node runs in, by wires alone (rules a and b in ARCHITECTURE.md). The plan
// and the canvas both ask here.
import { sortTopologically } from '../base/sortTopologically.ts'

/** A node with its sources, for finding loops. */
export interface LoopNode {
  readonly id: string
  /** Ids of the nodes wired to its inputs. */
  readonly sources: readonly string[]
}

/** Ids of the two ends of a loop. */
export interface LoopEnds {
  readonly start: string
  readonly end: string
}

/**
 * Greatest number of loops that are found around a node. Without a limit, n nested loops would take
 * n² steps. The plan rejects a node inside so many loops.
 */
export const MAX_LOOPS = 33

/** Starts of the loops whose iterations each node depends on. */
export type LoopMembership = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Rule a: a node is in the body of a loop if it depends on an output of the Start. A value that
 * leaves through the End no longer depends on single iterations.
 * @param nodes in any order; takes one pass if sources come before the nodes they are wired to
 */
export function findLoopMembership(
  nodes: readonly LoopNode[],
  loops: readonly LoopEnds[],
): LoopMembership {
  const starts = new Set(loops.map(({ start }) => start))
  const byEnd = new Map(loops.map((loop) => [loop.end, loop]))
  const membership = new Map<string, ReadonlySet<string>>(nodes.map(({ id }) => [id, new Set()]))
  const throughOutput = (source: string): Iterable<string> => {
    const loop = byEnd.get(source)
    if (loop) return enclosingLoops(loop, membership)
    return [...(membership.get(source) ?? []), ...(starts.has(source) ? [source] : [])]
  }
  // Sets only grow, so this ends, even if wires form a cycle.
  for (let changed = true; changed;) {
    changed = false
    for (const { id, sources } of nodes) {
      const next = union(sources.map(throughOutput))
      if (next.size <= (membership.get(id)?.size ?? 0)) continue
      membership.set(id, next)
      changed = true
    }
  }
  return membership
}

/** Rule b: a loop runs inside those that its Start's inputs, or its End's, depend on. */
export function enclosingLoops({ start, end }: LoopEnds, membership: LoopMembership): Set<string> {
  const outside = (id: string) => [...(membership.get(id) ?? [])].filter((loop) => loop !== start)
  return union([outside(start), outside(end)])
}

/** Sorts sources before the nodes they are wired to. A cycle is cut somewhere. */
export function sortBySources<N extends LoopNode>(nodes: readonly N[]): N[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sources = (node: N) => node.sources.flatMap((id) => byId.get(id) ?? [])
  return sortTopologically(nodes, sources, 'cut').order
}

/** Unites sets, up to {@link MAX_LOOPS} items. */
function union(sets: readonly Iterable<string>[]): Set<string> {
  const all = new Set<string>()
  for (const set of sets)
    for (const item of set) {
      if (all.size === MAX_LOOPS) return all
      all.add(item)
    }
  return all
}
