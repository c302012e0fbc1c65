// Time and memory for each visible node. A subgraph node reports the sum of its contents.
import type { Measure } from '../../engine/protocol.ts'
import { isWithin } from '../../engine/base/ids.ts'

/** The measure of a node by its full id, contents included. Undefined if nothing was measured. */
export function nodeMeasure(measures: readonly Measure[], id: string): Measure | undefined {
  const all = measures.filter(({ node }) => isWithin(node, id))
  if (!all.length) return undefined
  const times = all.flatMap(({ seconds }) => seconds ?? [])
  return {
    node: id,
    calls: Math.max(...all.map(({ calls }) => calls)),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(times.length && { seconds: times.reduce((sum, seconds) => sum + seconds, 0) }),
  }
}
