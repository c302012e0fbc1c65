// Inspection of wires: the last values of outputs on the canvas, from a run of the graph.
import { getOwn } from '../../engine/base/records.ts'
import type { Graph, Wire } from '../../engine/plan/graph.ts'
import type { Inspection } from '../../engine/base/view.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { targetsPastReroutes } from '../../litegraph/reroute.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { shownTab } from '../workspace/state.ts'

export interface InspectedValue {
  /** Undefined if no value is available. */
  inspection: Inspection | undefined
  /** True if the graph has changed since the run. */
  stale: boolean
}

export interface WireInspection {
  /** Sets the run to read values from. Undefined for a run that no tab shows. */
  setRun(run: { tab: number; key: string } | undefined): void
  /** Returns the last value of an output. */
  inspect(node: LGraphNode, slot: number): Promise<InspectedValue>
}

export function createWireInspection(
  graph: () => Graph,
  fullId: Stage['fullId'],
  inspect: Client['inspect'],
): WireInspection {
  let run: { tab: number; key: string } | undefined
  return {
    setRun: (next) => (run = next),
    async inspect(node, slot) {
      if (run?.tab !== shownTab.value) return { inspection: undefined, stale: false }
      const { key } = run
      const inspected = graph()
      const output = graphOutput(inspected, node, slot, fullId)
      const value = await inspect(output.node, output.slot).catch(() => undefined)
      return { inspection: value, stale: value !== undefined && graphKey(inspected) !== key }
    },
  }
}

/**
 * Maps an output on the canvas to an output of the running graph. Skips bypassed nodes and enters
 * subgraphs.
 */
function graphOutput(
  { nodes }: Graph,
  node: LGraphNode,
  slot: number,
  fullId: Stage['fullId'],
): Wire {
  const byId = new Map(nodes.map((each) => [each.id, each]))
  for (const { node: consumer, slot: input } of targetsPastReroutes({ node, slot })) {
    const wires = byId.get(fullId(consumer.id))?.inputs ?? {}
    const wire = getOwn(wires, consumer.inputs[input].name)
    if (wire) return wire
  }
  return { node: fullId(node.id), slot: node.outputs[slot].name }
}
