// What a wire in the air would break, found out by the engine's own check: loops that do not go into one another, predictions
// and schedules that do not go together.
import type { Fault } from '../engine/plan/fault.ts'
import type { Graph } from '../engine/plan/graph.ts'
import { isReroute, sourcePast, takersOf, type End } from '../nodes/litegraph/reroute.ts'
import type { NodeId } from '../nodes/workflow.ts'
import { inWords } from './texts.ts'

/**
 * The message of a fault that there would be with this wire, and is not now; undefined if there would be none. `fullId`: what a node on the
 * canvas is called in the graph.
 */
export async function faultOfWire(
  now: Graph,
  fullId: (id: NodeId) => string,
  from: End,
  to: End,
  check: (graph: Graph) => Promise<Fault[]>,
): Promise<string | undefined> {
  const source = sourcePast(from)
  const after = source && withWire(now, fullId, source, isReroute(to.node) ? takersOf({ node: to.node, slot: 0 }) : [to])
  if (!after) return undefined
  const [before, then] = await Promise.all([check(now), check(after)])
  const known = new Set(before.map(wordsOf))
  const wired = ({ node, slot }: Fault) =>
    slot !== undefined && after.nodes.find(({ id }) => id === node)?.inputs[slot] !== undefined
  // What is only not wired yet is no fault of this wire.
  const fault = then.find((each) => !each.notice && !known.has(wordsOf(each)) && (each.also?.length || wired(each)))
  return fault && inWords(fault)
}

const wordsOf = ({ node, slot, message }: Fault) => JSON.stringify([node, slot, message])

/** Undefined where one of its ends does not run, or is not a node by itself. */
function withWire(
  { nodes }: Graph,
  fullId: (id: NodeId) => string,
  { node, slot }: End,
  takers: readonly End[],
): Graph | undefined {
  const wire = { node: fullId(node.id), slot: node.outputs[slot]!.name }
  const ids = new Set(nodes.map(({ id }) => id))
  if (!ids.has(wire.node) || !takers.every((taker) => ids.has(fullId(taker.node.id)))) return undefined
  return {
    nodes: nodes.map((each) => {
      const taken = takers.filter((taker) => fullId(taker.node.id) === each.id)
      const inputs = Object.fromEntries(taken.map((taker) => [taker.node.inputs[taker.slot]!.name, wire]))
      return taken.length ? { ...each, inputs: { ...each.inputs, ...inputs } } : each
    }),
  }
}
