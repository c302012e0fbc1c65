// Types of slots that depend on wires: an output may have the type of an input.
import type { LGraph, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import { outputSpecs } from '../workflow/slots.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import { slotStyle } from './palette.ts'
import { targetsPastReroutes } from './reroute.ts'
import { slotFields } from './slotFields.ts'
import { inputNodes, linkTargets } from './wires.ts'

/** Colours the wires into a node by type, and propagates the types to the nodes after it. */
export function refreshTypes(lite: LiteGraphStatic, node: DiffusionNode) {
  const { graph } = node
  if (!graph) return
  const inputTypes = colourInputWires(node, graph)
  const present = new Set(node.outputs.map((slot) => slot.name))
  const specs = outputSpecs(node.diffusion.declaration, new Set(inputTypes.keys()), present)
  for (const { name, like } of specs) {
    const output = like && node.outputs.find((slot) => slot.name === name)
    const wired = like && inputTypes.get(like)
    const type = (wired === '*' ? undefined : wired) ?? rerouteType(lite, node) ?? '*'
    if (!output || output.type === type) continue
    Object.assign(output, slotFields(lite, { name, type: String(type), about: '' }, 'output'))
    for (const target of linkTargets(graph, output.links))
      if (isDiffusionNode(target)) refreshTypes(lite, target)
  }
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

/** Returns the type of a chain of reroutes without a source: the type of the input it leads to. */
function rerouteType(lite: LiteGraphStatic, node: DiffusionNode): string | number | undefined {
  if (!node.diffusion.declaration.reroute) return undefined
  for (const source of inputNodes(node))
    if (isDiffusionNode(source) && source.type === node.type) refreshTypes(lite, source)
  const [taker] = targetsPastReroutes({ node, slot: 0 })
  return taker?.node.inputs[taker.slot]?.type
}
