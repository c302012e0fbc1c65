// Rules for wires: tests if a wire is allowed, and returns the reason if not.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { pairLoopEnds, type NamedWire } from '../workflow/loopPairs.ts'
import { LOOP } from '../workflow/slots.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import {
  firstReroute,
  isReroute,
  sourcePastReroutes,
  targetsPastReroutes,
  type SlotRef,
} from './reroute.ts'

/** Texts for refused wires, in one language. */
export interface WireWords {
  /** The types of input and output do not match. */
  takes(input: string, taken: readonly string[], given: readonly string[]): string
  /** A reroute would lead to two inputs that have no type in common. */
  parts(input: string, other: string): string
  circle: string
  itself(node: string): string
  /**
   * A loop wire can only end at its own End.
   * @param start title of the Start where the wire begins, if known
   */
  loop(start: string | undefined): string
  hasEnd(start: string): string
  /** No input (or output) of the node has one of these types. */
  noneTakes(node: string, types: readonly string[]): string
  noneGives(node: string, types: readonly string[]): string
}

const joinTypeNames = (types: readonly string[]) => types.join(' or ')

export const englishWires: WireWords = {
  takes: (input, taken, given) =>
    `${input} needs ${joinTypeNames(taken)}, but you are connecting ${joinTypeNames(given)}.`,
  parts: (input, other) =>
    `${input} and ${other} need different types, but both would receive the same value.`,
  circle:
    'This link would form a cycle. To feed a value back, connect it to the End of a loop; its Start outputs it in the next iteration.',
  itself: (node) => `${node} cannot use its own output. To feed a value back, use a loop.`,
  loop: (start) => `The loop output of ${start ?? 'a Start'} connects only to its own End.`,
  hasEnd: (start) => `${start} already has an End. Disconnect it first.`,
  noneTakes: (node, types) => `${node} has no input for ${joinTypeNames(types)}.`,
  noneGives: (node, types) => `${node} has no output for ${joinTypeNames(types)}.`,
}

const splitTypes = (type: string | number) => String(type || '*').split(',')

const typesOverlap = (some: readonly string[], others: readonly string[]) =>
  some.includes('*') || others.includes('*') || some.some((type) => others.includes(type))

/** Returns why an output type does not match an input, undefined if it does. litegraph types. */
export function typeRefusal(
  outputType: string | number,
  input: { name: string; type: string | number },
  words = englishWires,
): string | undefined {
  const [given, taken] = [splitTypes(outputType), splitTypes(input.type)]
  return typesOverlap(given, taken) ? undefined : words.takes(input.name, taken, given)
}

/**
 * Returns why a wire is not allowed (types, loop ends or a cycle), undefined if it is allowed.
 * @param closes tests if `target` already leads to `origin`, for callers with a cached answer
 */
export function wireRefusal(
  origin: LGraphNode,
  output: number,
  target: LGraphNode,
  input: number,
  words = englishWires,
  closes: (origin: LGraphNode, target: LGraphNode) => boolean = (node, source) =>
    upstreamNodes(node).has(source),
): string | undefined {
  const [from, to] = [origin.outputs[output], target.inputs[input]]
  if (!from || !to) return undefined
  if (origin === target) return words.itself(origin.getTitle())
  return (
    loopRefusal(origin, from.name, target, to.name, words) ??
    (from.type === LOOP || to.type === LOOP
      ? undefined
      : typeRefusalPastReroutes({ node: origin, slot: output }, target, input, words)) ??
    (closes(origin, target) ? words.circle : undefined)
  )
}

/** Compares types past reroutes: the real source must fit every real input. */
function typeRefusalPastReroutes(
  origin: SlotRef,
  target: LGraphNode,
  input: number,
  words: WireWords,
): string | undefined {
  const takers = isReroute(target)
    ? targetsPastReroutes({ node: target, slot: 0 })
    : [{ node: target, slot: input }]
  const slots = takers.map(({ node, slot }) => node.inputs[slot])
  const source = sourcePastReroutes(origin)
  if (source)
    return firstRefusal(slots, (slot) =>
      typeRefusal(source.node.outputs[source.slot].type, slot, words),
    )
  // A chain of reroutes without a source. Its inputs must have a type in common.
  const others = isReroute(origin.node)
    ? targetsPastReroutes({ node: firstReroute(origin.node), slot: 0 })
    : []
  return firstRefusal(slots, (slot) => {
    const against = others
      .map(({ node, slot: index }) => node.inputs[index])
      .find(
        (other) => other !== slot && !typesOverlap(splitTypes(other.type), splitTypes(slot.type)),
      )
    return against && words.parts(slot.name, against.name)
  })
}

function firstRefusal<T>(
  items: readonly T[],
  reason: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = reason(item)
    if (found !== undefined) return found
  }
  return undefined
}

function loopRefusal(
  origin: LGraphNode,
  output: string,
  target: LGraphNode,
  input: string,
  words: WireWords,
): string | undefined {
  const [start, end] = [
    loopDeclaration(origin, output, 'start'),
    loopDeclaration(target, input, 'end'),
  ]
  if (!start && !end) return undefined
  if (!start || !end || start.loop?.other !== end.type) return words.loop(start?.title)
  const other = loopPartner(origin as DiffusionNode)
  return other && other !== target ? words.hasEnd(origin.getTitle()) : undefined
}

const loopDeclaration = (node: LGraphNode, slot: string, role: 'start' | 'end') =>
  slot === LOOP && isDiffusionNode(node) && node.diffusion.declaration.role === role
    ? node.diffusion.declaration
    : undefined

/** Returns a node and all nodes that it depends on. */
export const upstreamNodes = (node: LGraphNode): Set<LGraphNode> => reachableNodes(node, inputNodes)

/** Returns a node and all nodes that depend on it. */
export const downstreamNodes = (node: LGraphNode): Set<LGraphNode> =>
  reachableNodes(node, ({ graph, outputs }) =>
    outputs.flatMap(({ links }) => (graph ? linkTargets(graph, links) : [])),
  )

function reachableNodes(
  from: LGraphNode,
  next: (node: LGraphNode) => LGraphNode[],
): Set<LGraphNode> {
  const all = new Set([from])
  for (const node of all) for (const other of next(node)) all.add(other)
  return all
}

/** Returns the nodes that are wired to the inputs of a node. */
export const inputNodes = ({ graph, inputs }: LGraphNode): LGraphNode[] =>
  inputs.flatMap(({ link }) => {
    const wire = link == null ? undefined : graph?.links[link]
    return (wire && graph?.getNodeById(wire.origin_id)) ?? []
  })

/** Returns the target nodes of the links of an output. */
export const linkTargets = (
  graph: LGraph,
  links: readonly (number | string)[] | null,
): LGraphNode[] =>
  (links ?? []).flatMap((id) => {
    const wire = graph.links[id]
    return (wire && graph.getNodeById(wire.target_id)) ?? []
  })

/** Returns the other end of a loop, if the loop wire exists. */
export function loopPartner(node: DiffusionNode): DiffusionNode | undefined {
  const { role } = node.diffusion.declaration
  const links =
    role === 'start'
      ? node.outputs[node.findOutputSlot(LOOP)]?.links
      : role === 'end' && [node.inputs[node.findInputSlot(LOOP)]?.link ?? null]
  return pairLoopEnds(namedWires(node.graph, links || [])).get(node)
}

/** Wires between nodes of this package, with the names of their slots. */
const namedWires = (
  graph: LGraph | null | undefined,
  links: readonly (number | string | null)[],
): NamedWire<DiffusionNode>[] =>
  links.flatMap((id) => {
    const wire = id === null ? undefined : graph?.links[id]
    const from = wire && graph?.getNodeById(wire.origin_id)
    const to = wire && graph?.getNodeById(wire.target_id)
    if (!from || !to || !isDiffusionNode(from) || !isDiffusionNode(to)) return []
    const output = from.outputs[wire.origin_slot]?.name
    return [{ from, output, to, input: to.inputs[wire.target_slot]?.name }]
  })
