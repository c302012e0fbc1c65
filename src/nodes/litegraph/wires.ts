// Which wires may be, and in words why others may not.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../workflow/slots.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'

const typesIn = (type: string | number) => String(type || '*').split(',')

/** Why an output of this type does not fit an input, or undefined if it does. Types as litegraph writes them. */
export function reasonAgainst(outputType: string | number, input: { name: string; type: string | number }): string | undefined {
  const [given, taken] = [typesIn(outputType), typesIn(input.type)]
  if (given.includes('*') || taken.includes('*') || given.some((type) => taken.includes(type))) return undefined
  return `${input.name} takes ${taken.join(' or ')}, not ${given.join(' or ')}.`
}

/** Why two nodes of a graph may not be joined like this: types, ends of loops, circles. */
export function reasonAgainstWire(origin: LGraphNode, output: number, target: LGraphNode, input: number): string | undefined {
  const [from, to] = [origin.outputs[output], target.inputs[input]]
  if (!from || !to) return undefined
  return (
    reasonAgainstLoop(origin, from.name, target, to.name) ??
    (from.type === LOOP || to.type === LOOP ? undefined : reasonAgainst(from.type, to)) ??
    (dependsOn(origin, target)
      ? 'This wire would close a circle. To feed a value back, put it into the End of a loop; it comes out of its Start.'
      : undefined)
  )
}

function reasonAgainstLoop(origin: LGraphNode, output: string, target: LGraphNode, input: string): string | undefined {
  const [start, end] = [loopIn(origin, output, 'start'), loopIn(target, input, 'end')]
  if (!start && !end) return undefined
  if (!start || !end || start.loop!.other !== end.type) {
    return `A loop wire joins ${start ? `${start.title} with its own End` : `a Start with its own End`}, nothing else.`
  }
  const other = pairOf(origin as DiffusionNode)
  return other && other !== target ? `${origin.getTitle()} has its End already: unplug that one first.` : undefined
}

const loopIn = (node: LGraphNode, slot: string, role: 'start' | 'end') =>
  slot === LOOP && isDiffusionNode(node) && node.diffusion.declaration.role === role ? node.diffusion.declaration : undefined

/** Whether `node` needs, directly or through others, what `source` gives. */
function dependsOn(node: LGraphNode, source: LGraphNode, seen = new Set<LGraphNode>()): boolean {
  if (node === source) return true
  if (seen.has(node)) return false
  seen.add(node)
  return sourcesOf(node).some((before) => dependsOn(before, source, seen))
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
