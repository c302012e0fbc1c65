// What nodes show of a run while they are not on the canvas: it is there again when somebody looks.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Event } from '../../engine/protocol.ts'
import type { LGraphNode } from '../canvas.ts'
import { isDiffusionNode, type NodeStatus } from '../../nodes/litegraph/node.ts'

export interface Shown {
  /** Notes what nodes show, before they leave the canvas; `within`: the full id of the node they are in. */
  keep(nodes: readonly LGraphNode[], within: string | undefined): void
  /** Nodes that have come show it. */
  apply(nodes: readonly LGraphNode[], within: string | undefined): void
  /** What a run says of nodes, wherever they are. */
  take(event: Event): void
  forgetRun(): void
  forgetFaults(): void
  clear(): void
}

type Status = Omit<NodeStatus, 'declaration'> & { type?: string }

const all = new WeakMap<LGraph, Shown>()

/** Of the workflow that is on a graph. */
export function shownIn(graph: LGraph): Shown {
  const there = all.get(graph) ?? createShown()
  all.set(graph, there)
  return there
}

function createShown(): Shown {
  const kept = new Map<string, Status>()
  const fullId = (within: string | undefined, { id }: LGraphNode) => (within === undefined ? String(id) : `${within}:${id}`)
  const set = (id: string, change: Partial<Status>) => kept.set(id, { ...(kept.get(id) ?? { state: 'idle' }), ...change })
  return {
    keep(nodes, within) {
      for (const node of nodes) {
        if (!isDiffusionNode(node)) continue
        const { declaration: _, ...status } = node.diffusion
        kept.set(fullId(within, node), { ...status, type: node.type })
      }
    },
    apply(nodes, within) {
      for (const node of nodes) {
        const status = kept.get(fullId(within, node))
        if (!status || !isDiffusionNode(node) || (status.type ?? node.type) !== node.type) continue
        const { type: _, ...rest } = status
        Object.assign(node.diffusion, rest)
      }
    },
    take(event) {
      if (event.type === 'view') set(event.node, { view: event.view })
      else if (event.type === 'cached') set(event.node, { state: 'cached' })
      else if (event.type === 'busy') set(event.node, { state: 'done' })
      else if (event.type === 'faults') for (const fault of event.faults) set(fault.node, { state: 'fault', fault })
    },
    forgetRun() {
      for (const [id, { view, scrub, type }] of kept)
        kept.set(id, {
          state: 'idle',
          ...(view && { view, before: view }),
          ...(scrub !== undefined && { scrub }),
          ...(type && { type }),
        })
    },
    forgetFaults() {
      for (const [id, { fault: _, ...status }] of kept) if (status.state === 'fault') kept.set(id, { ...status, state: 'idle' })
    },
    clear: () => kept.clear(),
  }
}
