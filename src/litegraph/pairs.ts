// Adds, copies and removes the two ends of a loop together.
import type { LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../workflow/slots.ts'
import { diffusionNodes, type DiffusionNode } from './diffusionNode.ts'
import { loopPartner } from './wires.ts'

/** Space between the ends of a new loop, for the nodes of its body. */
const PARTNER_GAP = 420
/** Space between a new end of a loop and the node above it. */
const ROW_GAP = 20

/**
 * Wires an end of a loop to its partner. With `adopt`, the partner is the unpaired end of the graph
 * if there is exactly one. Otherwise it is a new node.
 */
export function addPartner(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  type: string,
  adopt: boolean,
) {
  const { graph } = node
  if (!graph) return
  const isStart = node.diffusion.declaration.role === 'start'
  const unpaired = diffusionNodes(graph).filter(
    (other) => other.type === type && !loopPartner(other),
  )
  graph.beforeChange(node)
  const partner =
    adopt && unpaired.length === 1 ? unpaired[0] : createPartner(lite, node, type, isStart)
  if (partner) {
    const [start, end] = isStart ? [node, partner] : [partner, node]
    start.connect(LOOP, end, LOOP)
  }
  graph.afterChange(node)
}

function createPartner(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  type: string,
  isStart: boolean,
): DiffusionNode | undefined {
  const partner = lite.createNode(type) as DiffusionNode | null
  if (!partner) return undefined
  partner.pos = [
    isStart
      ? node.pos[0] + node.size[0] + PARTNER_GAP
      : node.pos[0] - partner.size[0] - PARTNER_GAP,
    node.pos[1],
  ]
  partner.mode = node.mode
  const copy = node as { copied_partner?: Record<string, unknown> }
  if (copy.copied_partner)
    partner.configure({ ...partner.serialize(), properties: copy.copied_partner })
  delete copy.copied_partner
  if (node.graph) moveBelowOthers(partner, node.graph._nodes, lite.NODE_TITLE_HEIGHT)
  node.graph?.add(partner)
  return partner
}

/** Moves a new node down until it covers no other. */
function moveBelowOthers(node: LGraphNode, others: readonly LGraphNode[], title: number) {
  const isCovered = ({ pos, size }: LGraphNode) =>
    node.pos[0] < pos[0] + size[0] &&
    pos[0] < node.pos[0] + node.size[0] &&
    node.pos[1] < pos[1] + size[1] + title &&
    pos[1] < node.pos[1] + node.size[1] + title
  for (let other = others.find(isCovered); other; other = others.find(isCovered))
    node.pos[1] = other.pos[1] + other.size[1] + title + ROW_GAP
}

/** Returns the values of the partner, which a copy of a loop end contains. */
export const partnerValues = (node: DiffusionNode): Record<string, unknown> | undefined => {
  const partner = loopPartner(node)
  return partner && structuredClone(partner.properties)
}

export function removePartner(partner: DiffusionNode) {
  if (partner.graph) partner.graph.remove(partner)
}

/** Returns the nodes and their loop partners, which are copied, moved and deleted together. */
export const withPartners = (nodes: readonly DiffusionNode[]): DiffusionNode[] => [
  ...new Set(nodes.flatMap((node) => [node, loopPartner(node) ?? node])),
]
