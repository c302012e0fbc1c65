// What nodes took in a run, by the nodes that one sees: one that stands for a subgraph took what is inside of it took.
import type { Measure } from '../engine/protocol.ts'
import { concerns } from './subgraph/places.ts'

/** Of the node with a full id, together with what is inside of it; undefined if nothing of that was measured. */
export function measureOf(measures: readonly Measure[], id: string): Measure | undefined {
  const all = measures.filter(({ node }) => concerns(id, node))
  if (!all.length) return undefined
  const timed = all.filter(({ seconds }) => seconds !== undefined)
  return {
    node: id,
    calls: Math.max(...all.map(({ calls }) => calls)),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(timed.length && { seconds: timed.reduce((sum, { seconds }) => sum + seconds!, 0) }),
  }
}
