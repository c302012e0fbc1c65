// Status of nodes that are not on the canvas, restored when they return.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { innerId } from '../../engine/base/ids.ts'
import type { Event } from '../../engine/protocol.ts'
import type { LGraphNode } from './canvas.ts'
import { isDiffusionNode, type NodeStatus } from '../../litegraph/diffusionNode.ts'

export interface StatusStore {
  /**
   * Stores the status of nodes that leave the canvas.
   * @param within full id of the node that contains them
   */
  storeNodes(nodes: readonly LGraphNode[], within: string | undefined): void
  /** Restores the status of nodes that are now on the canvas. */
  restoreNodes(nodes: readonly LGraphNode[], within: string | undefined): void
  /** Updates the status of nodes at any level from an event of the engine. */
  updateFromEvent(event: Event): void
  forgetRun(): void
  forgetView(id: string): void
  forgetFaults(): void
  clear(): void
}

type Status = Omit<NodeStatus, 'declaration'> & { type?: string }

const stores = new WeakMap<LGraph, StatusStore>()

/** Returns the stored status of the workflow on a graph. */
export function getStatusStore(graph: LGraph): StatusStore {
  const store = stores.get(graph) ?? createStatusStore()
  stores.set(graph, store)
  return store
}

function createStatusStore(): StatusStore {
  const statuses = new Map<string, Status>()
  const set = (id: string, change: Partial<Status>) =>
    statuses.set(id, { ...(statuses.get(id) ?? { state: 'idle' }), ...change })
  return {
    storeNodes(nodes, within) {
      for (const node of nodes) {
        if (!isDiffusionNode(node)) continue
        const { declaration: _, ...status } = node.diffusion
        statuses.set(innerId(within, node.id), { ...status, type: node.type })
      }
    },
    restoreNodes(nodes, within) {
      for (const node of nodes) {
        const status = statuses.get(innerId(within, node.id))
        if (!status || !isDiffusionNode(node) || (status.type ?? node.type) !== node.type) continue
        const { type: _, ...rest } = status
        Object.assign(node.diffusion, rest)
      }
    },
    updateFromEvent(event) {
      if (event.type === 'view') set(event.node, { view: event.view })
      else if (event.type === 'cached') set(event.node, { state: 'cached' })
      else if (event.type === 'busy') set(event.node, { state: 'done' })
      else if (event.type === 'faults')
        for (const fault of event.faults) set(fault.node, { state: 'fault', fault })
    },
    forgetRun() {
      for (const [id, { view, scrub, type }] of statuses)
        statuses.set(id, {
          state: 'idle',
          ...(view && { view, before: view }),
          ...(scrub !== undefined && { scrub }),
          ...(type && { type }),
        })
    },
    forgetView(id) {
      const known = statuses.get(id)
      if (!known) return
      const { view: _, ...status } = known
      statuses.set(id, status)
    },
    forgetFaults() {
      for (const [id, { fault: _, ...status }] of statuses)
        if (status.state === 'fault') statuses.set(id, { ...status, state: 'idle' })
    },
    clear: () => statuses.clear(),
  }
}
