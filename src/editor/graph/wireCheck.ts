// Predicts the fault of a wire that is being drawn, by the engine's check: loops that are not
// nested, and predictions or schedules that do not match.
import { getOwn } from '../../engine/base/records.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import {
  isReroute,
  sourcePastReroutes,
  targetsPastReroutes,
  type SlotRef,
} from '../../litegraph/reroute.ts'
import type { NodeId } from '../../workflow/index.ts'
import { formatFault } from '../texts/texts.ts'

/**
 * Message of a fault that this wire would cause. Undefined if it causes none.
 * @param fullId full id of a node on the canvas
 */
export async function findWireFault(
  now: Graph,
  fullId: (id: NodeId) => string,
  from: SlotRef,
  to: SlotRef,
  check: (graph: Graph) => Promise<Fault[]>,
): Promise<string | undefined> {
  const source = sourcePastReroutes(from)
  const after =
    source &&
    withWire(
      now,
      fullId,
      source,
      isReroute(to.node) ? targetsPastReroutes({ node: to.node, slot: 0 }) : [to],
    )
  if (!after) return undefined
  const [before, then] = await Promise.all([check(now), check(after)])
  const known = new Set(before.map(getFaultKey))
  const inputs = new Map(after.nodes.map((node) => [node.id, node.inputs]))
  const wired = ({ node = '', slot }: Fault) =>
    slot !== undefined && getOwn(inputs.get(node) ?? {}, slot) !== undefined
  // A missing wire is not a fault of this wire.
  const fault = then.find(
    (each) => !each.notice && !known.has(getFaultKey(each)) && (each.also?.length || wired(each)),
  )
  return fault && formatFault(fault)
}

const getFaultKey = ({ node, slot, message }: Fault) => JSON.stringify([node, slot, message])

/** Adds a wire to a graph. Undefined if the graph lacks one of its nodes, such as a muted one. */
function withWire(
  { nodes }: Graph,
  fullId: (id: NodeId) => string,
  { node, slot }: SlotRef,
  takers: readonly SlotRef[],
): Graph | undefined {
  const wire = { node: fullId(node.id), slot: node.outputs[slot].name }
  const ids = new Set(nodes.map(({ id }) => id))
  if (!ids.has(wire.node) || !takers.every((taker) => ids.has(fullId(taker.node.id))))
    return undefined
  return {
    nodes: nodes.map((each) => {
      const taken = takers.filter((taker) => fullId(taker.node.id) === each.id)
      const inputs = Object.fromEntries(
        taken.map((taker) => [taker.node.inputs[taker.slot].name, wire]),
      )
      return taken.length ? { ...each, inputs: { ...each.inputs, ...inputs } } : each
    }),
  }
}
