// Looking into wires: what an output of the canvas carried last, of the runs of this graph.
import type { Graph, Wire } from '../engine/plan/graph.ts'
import type { Glance } from '../engine/plan/view.ts'
import { graphOf } from '../nodes/litegraph/graph.ts'
import { takersOf } from '../nodes/litegraph/reroute.ts'
import type { LGraphNode } from './canvas.ts'
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
      const graph = graphOf(stage.graph)
      const { meaning } = last
      const glance = await ask(outputIn(graph, node, slot))
      return { glance, stale: glance !== undefined && meaningOf(graph) !== meaning }
    },
  }
}

/** What an output of the canvas is in the graph that runs: past nodes that are bypassed, and inside of subgraphs. */
function outputIn({ nodes }: Graph, node: LGraphNode, slot: number): Wire {
  const byId = new Map(nodes.map((each) => [each.id, each]))
  for (const { node: taker, slot: input } of takersOf({ node, slot })) {
    const wire = byId.get(String(taker.id))?.inputs[taker.inputs[input]!.name]
    if (wire) return wire
  }
  return { node: String(node.id), slot: node.outputs[slot]!.name }
}
