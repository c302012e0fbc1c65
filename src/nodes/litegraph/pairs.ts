// The two ends of a loop go together: added, copied and removed as one.
import type { LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../workflow/slots.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'
import { pairOf } from './wires.ts'

/** Room between the ends of a new zone for the nodes that will fill it. */
const GAP = 420

/**
 * Gives an end of a loop its other end, wired: the one that stands in the graph without a partner if there is exactly one
 * (only for a node just made, not for a copy), a new one otherwise.
 */
export function addPartner(lite: LiteGraphStatic, node: DiffusionNode, type: string, adopt: boolean) {
  const { graph } = node
  if (!graph) return
  const isStart = node.diffusion.declaration.role === 'start'
  const lonely = graph._nodes.filter(
    (other): other is DiffusionNode => isDiffusionNode(other) && other.type === type && !pairOf(other),
  )
  graph.beforeChange(node)
  const partner = adopt && lonely.length === 1 ? lonely[0]! : newPartner(lite, node, type, isStart)
  if (partner) {
    const [start, end] = isStart ? [node, partner] : [partner, node]
    start.connect(LOOP, end, LOOP)
  }
  graph.afterChange(node)
}

function newPartner(lite: LiteGraphStatic, node: DiffusionNode, type: string, isStart: boolean): DiffusionNode | undefined {
  const partner = lite.createNode(type) as DiffusionNode | null
  if (!partner) return undefined
  partner.pos = [isStart ? node.pos[0] + node.size[0] + GAP : node.pos[0] - partner.size[0] - GAP, node.pos[1]]
  partner.mode = node.mode
  const copy = node as { copied_partner?: Record<string, unknown> }
  if (copy.copied_partner) partner.configure({ ...partner.serialize(), properties: copy.copied_partner })
  delete copy.copied_partner
  node.graph!.add(partner)
  return partner
}

/** What a copy of one end takes along, so that the other end can be copied with it. */
export const carriedByCopy = (node: DiffusionNode): Record<string, unknown> | undefined => {
  const partner = pairOf(node)
  return partner && structuredClone(partner.properties)
}

export function removePartner(partner: DiffusionNode) {
  if (partner.graph) partner.graph.remove(partner)
}

/** The nodes with the other ends of their loops: what to copy, move or delete when these are. */
export const withPartners = (nodes: readonly DiffusionNode[]): DiffusionNode[] => [
  ...new Set(nodes.flatMap((node) => [node, pairOf(node) ?? node])),
]
