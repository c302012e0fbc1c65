// Which wires may be, and in words why others may not.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../workflow/slots.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'
import { firstOf, isReroute, sourcePast, takersOf, type End } from './reroute.ts'

/** What is said against a wire, in a language. */
export interface WireWords {
  /** An input takes some types, and another was to be wired to it. */
  takes(input: string, taken: readonly string[], given: readonly string[]): string
  /** A reroute leads to inputs of which none takes what the other takes. */
  parts(input: string, other: string): string
  circle: string
  itself(node: string): string
  /** A loop wire leads to its own End only; `start` is the title of the Start, if it comes from one. */
  loop(start: string | undefined): string
  hasEnd(start: string): string
  /** No slot of a node takes any of these types, or gives one of them. */
  noneTakes(node: string, types: readonly string[]): string
  noneGives(node: string, types: readonly string[]): string
}

const oneOf = (types: readonly string[]) => types.join(' or ')

export const wiresInEnglish: WireWords = {
  takes: (input, taken, given) => `${input} takes ${oneOf(taken)}, not ${oneOf(given)}.`,
  parts: (input, other) => `${input} takes nothing that ${other} takes, and both would get the same.`,
  circle: 'This wire would close a circle. To feed a value back, put it into the End of a loop; it comes out of its Start.',
  itself: (node) => `${node} cannot take what it gives itself. To feed a value back, use a loop.`,
  loop: (start) => `A loop wire joins ${start ?? 'a Start'} with its own End, nothing else.`,
  hasEnd: (start) => `${start} has its End already: unplug that one first.`,
  noneTakes: (node, types) => `${node} takes no ${oneOf(types)}.`,
  noneGives: (node, types) => `${node} gives no ${oneOf(types)}.`,
}

const typesIn = (type: string | number) => String(type || '*').split(',')

const overlap = (some: readonly string[], others: readonly string[]) =>
  some.includes('*') || others.includes('*') || some.some((type) => others.includes(type))

/** Why an output of this type does not fit an input, or undefined if it does. Types as litegraph writes them. */
export function reasonAgainst(
  outputType: string | number,
  input: { name: string; type: string | number },
  words = wiresInEnglish,
): string | undefined {
  const [given, taken] = [typesIn(outputType), typesIn(input.type)]
  return overlap(given, taken) ? undefined : words.takes(input.name, taken, given)
}

/**
 * Why two nodes of a graph may not be joined like this: types, ends of loops, circles. `closes`: whether a node needs what another
 * gives, for who knows that already.
 */
export function reasonAgainstWire(
  origin: LGraphNode,
  output: number,
  target: LGraphNode,
  input: number,
  words = wiresInEnglish,
  closes: (origin: LGraphNode, target: LGraphNode) => boolean = (node, source) => before(node).has(source),
): string | undefined {
  const [from, to] = [origin.outputs[output], target.inputs[input]]
  if (!from || !to) return undefined
  if (origin === target) return words.itself(origin.getTitle())
  return (
    reasonAgainstLoop(origin, from.name, target, to.name, words) ??
    (from.type === LOOP || to.type === LOOP
      ? undefined
      : reasonAgainstTypes({ node: origin, slot: output }, target, input, words)) ??
    (closes(origin, target) ? words.circle : undefined)
  )
}

/** Past reroutes: what a value really comes from has to fit all that it would really come to. */
function reasonAgainstTypes(origin: End, target: LGraphNode, input: number, words: WireWords): string | undefined {
  const takers = isReroute(target) ? takersOf({ node: target, slot: 0 }) : [{ node: target, slot: input }]
  const slots = takers.map(({ node, slot }) => node.inputs[slot]!)
  const source = sourcePast(origin)
  if (source) return firstReason(slots, (slot) => reasonAgainst(source.node.outputs[source.slot]!.type, slot, words))
  // Nothing is wired to this row of reroutes yet; whatever will be has to fit what it leads to already.
  const others = isReroute(origin.node) ? takersOf({ node: firstOf(origin.node), slot: 0 }) : []
  return firstReason(slots, (slot) => {
    const against = others
      .map(({ node, slot: index }) => node.inputs[index]!)
      .find((other) => other !== slot && !overlap(typesIn(other.type), typesIn(slot.type)))
    return against && words.parts(slot.name, against.name)
  })
}

function firstReason<T>(items: readonly T[], reason: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = reason(item)
    if (found !== undefined) return found
  }
  return undefined
}

function reasonAgainstLoop(
  origin: LGraphNode,
  output: string,
  target: LGraphNode,
  input: string,
  words: WireWords,
): string | undefined {
  const [start, end] = [loopIn(origin, output, 'start'), loopIn(target, input, 'end')]
  if (!start && !end) return undefined
  if (!start || !end || start.loop!.other !== end.type) return words.loop(start?.title)
  const other = pairOf(origin as DiffusionNode)
  return other && other !== target ? words.hasEnd(origin.getTitle()) : undefined
}

const loopIn = (node: LGraphNode, slot: string, role: 'start' | 'end') =>
  slot === LOOP && isDiffusionNode(node) && node.diffusion.declaration.role === role ? node.diffusion.declaration : undefined

/** A node, and all that it needs. */
export const before = (node: LGraphNode): Set<LGraphNode> => along(node, sourcesOf)

/** A node, and all that need it. */
export const after = (node: LGraphNode): Set<LGraphNode> =>
  along(node, ({ graph, outputs }) => outputs.flatMap(({ links }) => targetsOf(graph!, links)))

function along(from: LGraphNode, next: (node: LGraphNode) => LGraphNode[]): Set<LGraphNode> {
  const all = new Set([from])
  for (const node of all) for (const other of next(node)) all.add(other)
  return all
}

/** The nodes wired to the inputs of a node. */
export const sourcesOf = (node: LGraphNode): LGraphNode[] =>
  node.inputs.flatMap(({ link }) => {
    const wire = link == null ? undefined : node.graph?.links[link]
    return (wire && node.graph!.getNodeById(wire.origin_id)) ?? []
  })

/** The nodes an output is wired to. */
export const targetsOf = (graph: LGraph, links: readonly (number | string)[] | null): LGraphNode[] =>
  (links ?? []).flatMap((id) => {
    const wire = graph.links[id]
    return (wire && graph.getNodeById(wire.target_id)) ?? []
  })

/** The other end of the loop a node is an end of, if it is wired. */
export function pairOf(node: DiffusionNode): DiffusionNode | undefined {
  const { graph } = node
  if (!graph) return undefined
  const { role } = node.diffusion.declaration
  const others =
    role === 'start'
      ? targetsOf(graph, node.outputs[node.findOutputSlot(LOOP)]?.links ?? null)
      : role === 'end'
        ? [node.getInputNode(node.findInputSlot(LOOP))]
        : []
  return others.find((other): other is DiffusionNode => !!other && isDiffusionNode(other))
}
