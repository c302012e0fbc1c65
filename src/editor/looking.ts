// Looking into wires: what an output of the canvas carried last, of the runs of this graph.
import type { Graph, Wire } from '../engine/plan/graph.ts'
import type { Glance } from '../engine/plan/view.ts'
import { takersOf } from '../nodes/litegraph/reroute.ts'
import { toGraph } from '../nodes/workflow.ts'
import type { LGraphNode } from './canvas.ts'
import { ownTypes } from './declarations.ts'
import { meaningOf } from './live.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'

export interface Looked {
  /** Nothing if no value is kept. */
  glance: Glance | undefined
  /** The graph was changed since. */
  stale: boolean
}

export interface Looking {
  /** A run of the graph in a tab begins, or of one that is not open. */
  began(run: { tab: number; meaning: string } | undefined): void
  look(node: LGraphNode, slot: number): Promise<Looked>
}

export function createLooking(stage: Stage, ask: (output: Wire) => Promise<Glance | undefined>): Looking {
  let last: Parameters<Looking['began']>[0]
  return {
    began: (run) => (last = run),
    async look(node, slot) {
      if (last?.tab !== state.tab.value) return { glance: undefined, stale: false }
      const graph = toGraph(stage.whole(), ownTypes)
      const { meaning } = last
      const glance = await ask(outputIn(graph, node, slot, stage.fullId))
      return { glance, stale: glance !== undefined && meaningOf(graph) !== meaning }
    },
  }
}

/** What an output of the canvas is in the graph that runs: past nodes that are bypassed, and inside of subgraphs. */
function outputIn({ nodes }: Graph, node: LGraphNode, slot: number, fullId: Stage['fullId']): Wire {
  const byId = new Map(nodes.map((each) => [each.id, each]))
  for (const { node: taker, slot: input } of takersOf({ node, slot })) {
    const wire = byId.get(fullId(taker.id))?.inputs[taker.inputs[input]!.name]
    if (wire) return wire
  }
  return { node: fullId(node.id), slot: node.outputs[slot]!.name }
}
