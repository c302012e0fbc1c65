// Types of slots that depend on wires: an output may have the type of an input.
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import { sortBySources } from '../engine/plan/loopMembership.ts'
import { outputSpecs } from '../workflow/slots.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import { slotStyle } from './palette.ts'
import { isReroute, targetsPastReroutes, wiredInputs, type SlotRef } from './reroute.ts'
import { slotFields } from './slotFields.ts'
import { inputNodes, linkTargets } from './wires.ts'

/** Graphs that are being loaded. Their types are refreshed together, in {@link loadWithTypes}. */
const loading = new WeakSet<LGraph>()

/** Greatest number of times that a node is refreshed in one call: types may go round in a cycle. */
const MAX_VISITS = 8

/** Colours the wires into a node by type, and propagates the types to the nodes after it. */
export function refreshTypes(lite: LiteGraphStatic, node: DiffusionNode) {
  const { graph } = node
  if (!graph || loading.has(graph)) return
  const visits = new Map<DiffusionNode, number>()
  const queue = new Set([node])
  // A node may be added again while the queue is processed.
  for (const next of queue) {
    queue.delete(next)
    const count = visits.get(next) ?? 0
    if (count === MAX_VISITS) continue
    visits.set(next, count + 1)
    const taker = () => targetsPastReroutes({ node: next, slot: 0 })[0]
    for (const other of refreshNode(lite, next, graph, taker))
      if (isDiffusionNode(other)) queue.add(other)
  }
}

/** Loads a graph, then sets the types of all its nodes in one pass. */
export function loadWithTypes(lite: LiteGraphStatic, graph: LGraph, load: () => void) {
  loading.add(graph)
  try {
    load()
  } finally {
    loading.delete(graph)
  }
  refreshAllTypes(lite, graph)
}

const scheduled = new WeakSet<LGraph>()

/** Sets the types of all nodes in a later microtask, once for all calls until then. */
export function scheduleTypes(lite: LiteGraphStatic, graph: LGraph) {
  if (scheduled.has(graph)) return
  scheduled.add(graph)
  queueMicrotask(() => {
    scheduled.delete(graph)
    refreshAllTypes(lite, graph)
  })
}

/** Sets the types of all nodes, sources first, in linear time. */
function refreshAllTypes(lite: LiteGraphStatic, graph: LGraph) {
  const nodes = new Map(graph._nodes.map((node) => [String(node.id), node]))
  const sorted = sortBySources(
    graph._nodes.map((node) => ({
      id: String(node.id),
      sources: inputNodes(node).map(({ id }) => String(id)),
    })),
  ).flatMap(({ id }) => nodes.get(id) ?? [])
  const takers = findTakers(sorted)
  for (const node of sorted)
    if (isDiffusionNode(node)) refreshNode(lite, node, graph, () => takers.get(node))
}

/** Finds the first input that each reroute leads to. */
function findTakers(sorted: readonly LGraphNode[]): ReadonlyMap<LGraphNode, SlotRef> {
  const takers = new Map<LGraphNode, SlotRef>()
  for (const node of sorted.toReversed()) {
    if (!isReroute(node)) continue
    const taker = wiredInputs({ node, slot: 0 })
      .map((target) => (isReroute(target.node) ? takers.get(target.node) : target))
      .find((target) => target !== undefined)
    if (taker) takers.set(node, taker)
  }
  return takers
}

/**
 * Sets the types of the outputs of a node. Returns the nodes whose types depend on the changes.
 * @param findTaker returns the input that a reroute leads to, whose type it has without a source
 */
function refreshNode(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  graph: LGraph,
  findTaker: () => SlotRef | undefined,
): LGraphNode[] {
  const inputTypes = colourInputWires(node, graph)
  const present = new Set(node.outputs.map((slot) => slot.name))
  const specs = outputSpecs(
    node.diffusion.declaration,
    node.properties,
    new Set(inputTypes.keys()),
    present,
  )
  const outputs = new Map(node.outputs.map((slot) => [slot.name, slot]))
  const others: LGraphNode[] = []
  for (const { name, like, type: own } of specs) {
    const output = outputs.get(name)
    if (!output) continue
    const wired = like === undefined ? own : inputTypes.get(like)
    const isTyped = wired !== undefined && wired !== '*'
    const taker = isTyped || !isReroute(node) ? undefined : findTaker()
    const type = (isTyped ? wired : taker?.node.inputs[taker.slot]?.type) ?? '*'
    if (output.type === type) continue
    // The reroutes before a reroute lead to the same input.
    if (isReroute(node)) others.push(...inputNodes(node).filter(isReroute))
    Object.assign(output, slotFields(lite, { name, type: String(type), about: '' }, 'output'))
    others.push(...linkTargets(graph, output.links))
  }
  return others
}

/** Colours the wires into a node. Returns the types of the wired inputs, by name. */
function colourInputWires({ inputs }: DiffusionNode, graph: LGraph): Map<string, string | number> {
  const types = new Map<string, string | number>()
  for (const input of inputs) {
    const link = input.link === null ? undefined : graph.links[input.link]
    const output = link && graph.getNodeById(link.origin_id)?.outputs?.[link.origin_slot]
    if (!link || !output) continue
    const { colour } = slotStyle(output.type)
    types.set(input.name, output.type)
    input.color_on = colour
    link.type = output.type
    link.color = colour
  }
  return types
}
