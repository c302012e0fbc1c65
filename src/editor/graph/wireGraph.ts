// The wires of a level while wires are added: cycles, and the loops in which nodes run.
import type { ByType } from '../../engine/plan/op.ts'
import type { NodeId, WorkflowFile } from '../../workflow/index.ts'
import { findLoopPairs } from '../../workflow/loopPairs.ts'

export class WireGraph {
  private readonly sources = new Map<NodeId, Set<NodeId>>()
  private readonly targets = new Map<NodeId, Set<NodeId>>()
  private readonly starts = new Set<NodeId>()
  /** The Start of each End. */
  private readonly startOf = new Map<NodeId, NodeId>()

  constructor(file: WorkflowFile, byType: ByType) {
    for (const { id, type } of file.nodes)
      if (byType.get(type)?.role === 'start') this.starts.add(id)
    for (const [node, partner] of findLoopPairs(file))
      if (this.starts.has(partner.id)) this.startOf.set(node.id, partner.id)
    for (const [, from, , to] of file.links) this.add(from, to)
  }

  add(from: NodeId, to: NodeId) {
    getOrAdd(this.targets, from).add(to)
    getOrAdd(this.sources, to).add(from)
  }

  /**
   * True if a wire closes no cycle and does not make a node run in two loops. A Start takes nothing
   * from inside a loop, so that loops are not nested by chance.
   */
  allows(from: NodeId, to: NodeId): boolean {
    if (this.downstream(to).has(from)) return false
    const inside = this.loopsOf(from, false)
    if (inside.size === 0) return true
    if (this.starts.has(to)) return false
    const within = this.downstream(to, (id) => this.startOf.has(id))
    const others = [...within].flatMap((id) => [...this.loopsOf(id, true)])
    return others.every((loop) => inside.has(loop))
  }

  /** A node and all that depend on it. The search does not go on after nodes that are `last`. */
  private downstream(from: NodeId, last: (id: NodeId) => boolean = () => false): Set<NodeId> {
    const found = new Set([from])
    for (const id of found)
      if (!last(id)) for (const next of this.targets.get(id) ?? []) found.add(next)
    return found
  }

  /**
   * The Starts on whose outputs a node depends, other than through an End. The inputs of an End are
   * in its loop (`asTarget`), its outputs are not.
   */
  private loopsOf(of: NodeId, asTarget: boolean): Set<NodeId> {
    const loops = new Set<NodeId>()
    const seen = new Set([of])
    for (const id of seen) {
      if (this.starts.has(id)) loops.add(id)
      for (const source of this.sourcesOf(id, asTarget && id === of)) seen.add(source)
    }
    return loops
  }

  /**
   * The sources of a node. Those of a Start are outside of its loop and end the search; a node after
   * an End depends on what the Start of that loop depends on.
   */
  private sourcesOf(id: NodeId, asTarget: boolean): Iterable<NodeId> {
    if (this.starts.has(id)) return []
    const start = asTarget ? undefined : this.startOf.get(id)
    return this.sources.get(start ?? id) ?? []
  }
}

function getOrAdd<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const known = map.get(key)
  if (known) return known
  const added = new Set<V>()
  map.set(key, added)
  return added
}
