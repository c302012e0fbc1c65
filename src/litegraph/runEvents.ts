// Shows the events of a run on the nodes of a canvas.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { childId, innerId } from '../engine/base/ids.ts'
import type { Event } from '../engine/protocol.ts'
import { diffusionNodes, isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'

/**
 * Shows an event of the engine on the nodes. Ignores events that do not change nodes.
 * @param within full id of the node that contains the graph, if the graph is a subgraph
 */
export function showEvent(graph: LGraph, event: Event, within?: string) {
  if (!applyEvent(graph, event, within).length) return
  // Zones in the background also show progress.
  graph.setDirtyCanvas(true, event.type !== 'view')
}

type EventHandlers = {
  [T in Event['type']]?: (
    event: Extract<Event, { type: T }>,
    graph: LGraph,
    within: string | undefined,
  ) => DiffusionNode[]
}

/**
 * Like {@link showEvent}, but returns the changed nodes, for canvases that repaint single nodes.
 */
export function applyEvent(graph: LGraph, event: Event, within?: string): DiffusionNode[] {
  const handle = handlers[event.type] as
    | ((event: Event, graph: LGraph, within: string | undefined) => DiffusionNode[])
    | undefined
  return handle?.(event, graph, within) ?? []
}

const handlers: EventHandlers = {
  started: (_, graph) => diffusionNodes(graph).map(resetRun),
  cached: ({ node }, graph, within) => nodesAt(graph, node, within).map(setState('cached')),
  busy({ node }, graph, within) {
    const before = diffusionNodes(graph).filter(
      ({ diffusion: { state, progress } }) => state === 'running' && !progress,
    )
    return [
      ...before.map(setState('done')),
      ...nodesAt(graph, node, within).map(setState('running')),
    ]
  },
  progress({ node, end, index, count, label }, graph, within) {
    const ends = [node, end].flatMap((id) => nodesAt(graph, id, within))
    for (const { diffusion } of ends)
      diffusion.progress = { index, count, ...(label !== undefined && { label }) }
    return ends.map(setState(index >= count ? 'done' : 'running'))
  },
  at({ node }, graph, within) {
    const before = diffusionNodes(graph).filter(({ diffusion }) => diffusion.next)
    for (const { diffusion } of before) delete diffusion.next
    const next = nodesAt(graph, node, within)
    for (const { diffusion } of next) diffusion.next = true
    return [...before, ...next]
  },
  view({ node, view }, graph, within) {
    // A view inside a subgraph is shown only there, not on the subgraph node.
    const shown = nodesAt(graph, node, within).filter(({ id }) => innerId(within, id) === node)
    for (const { diffusion } of shown) diffusion.view = diffusion.turn?.(view) ?? view
    return shown
  },
  faults: ({ faults }, graph, within) =>
    faults.flatMap((fault) => {
      const nodes = nodesAt(graph, fault.node, within)
      for (const { diffusion } of nodes) diffusion.fault = fault
      return nodes.map(setState('fault'))
    }),
  finished({ stopped, nodes: results }, graph, within) {
    const nodes = diffusionNodes(graph)
    for (const { diffusion } of nodes) delete diffusion.next
    nodes
      .filter(({ diffusion }) => diffusion.state === 'running')
      .map(setState(stopped ? 'idle' : 'done'))
    const at = (id: string) => nodesAt(graph, id, within)
    results?.computed.flatMap(at).map(setState('done'))
    results?.cached.flatMap(at).map(setState('cached'))
    return nodes
  },
}

/** Returns the node of the graph with the id `id`, or the node that contains it. */
function nodesAt(
  graph: LGraph,
  id: string | undefined,
  within: string | undefined,
): DiffusionNode[] {
  const child = id === undefined ? undefined : childId(id, within)
  const node = child === undefined ? null : graph.getNodeById(parseNodeId(child))
  return node && isDiffusionNode(node) ? [node] : []
}

const parseNodeId = (id: string) => (/^\d+$/.test(id) ? Number(id) : id)

const setState = (state: DiffusionNode['diffusion']['state']) => (node: DiffusionNode) => {
  node.diffusion.state = state
  return node
}

function resetRun(node: DiffusionNode): DiffusionNode {
  delete node.diffusion.next
  delete node.diffusion.progress
  delete node.diffusion.fault
  return setState('idle')(node)
}
