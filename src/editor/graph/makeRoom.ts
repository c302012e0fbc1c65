// Room for nodes that grow, as Points does when its distribution is `drawn`: nodes that it would
// cover move down. Sizes and positions in, positions out.
import { sameJson } from '../../workflow/json.ts'
import type { NodeId } from '../../workflow/index.ts'
import { TITLE } from './nodeSize.ts'

/** Properties of a node that decide whether it makes room, or is moved. */
export interface PlacedNode {
  id: NodeId
  pos: ArrayLike<number>
  size: ArrayLike<number>
  flags: { collapsed?: boolean; pinned?: boolean }
  properties: Readonly<Record<string, unknown>>
}

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Space below a node that has grown, in graph units. */
const GAP = 20

function toBox({ pos, size, flags }: PlacedNode, height = size[1]): Box {
  const bottom = pos[1] + (flags.collapsed ? 0 : height)
  return { left: pos[0], top: pos[1] - TITLE, right: pos[0] + size[0], bottom }
}

const boxesOverlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Nodes that became higher because the user changed a param, with their heights before. */
function findGrown(
  before: readonly PlacedNode[],
  nodes: readonly PlacedNode[],
): ReadonlyMap<PlacedNode, number> {
  const earlier = new Map(before.map((node) => [String(node.id), node]))
  return new Map(
    nodes.flatMap((node) => {
      const old = earlier.get(String(node.id))
      // Files have sizes in whole units.
      if (!old || node.flags.collapsed || node.size[1] < old.size[1] + 1) return []
      return sameJson(old.properties, node.properties) ? [] : [[node, old.size[1]] as const]
    }),
  )
}

/**
 * Returns new heights of the nodes that are covered by nodes that have grown since `before`, or by
 * nodes that moved for them. Pinned nodes stay. Nodes that overlapped before may overlap.
 */
export function makeRoomBelow(
  before: readonly PlacedNode[],
  nodes: readonly PlacedNode[],
): ReadonlyMap<NodeId, number> {
  const grown = findGrown(before, nodes)
  const moved = new Map<NodeId, number>()
  if (grown.size === 0) return moved
  const old = new Map(nodes.map((node) => [node, toBox(node, grown.get(node))]))
  const boxes = new Map(nodes.map((node) => [node, toBox(node)]))
  const waiting = [...grown.keys()]
  for (let node = waiting.shift(); node; node = waiting.shift()) {
    const [box, was] = [boxes.get(node), old.get(node)]
    for (const other of nodes) {
      const [next, its] = [boxes.get(other), old.get(other)]
      if (!box || !was || !next || !its || other === node || other.flags.pinned) continue
      if (!boxesOverlap(box, next) || boxesOverlap(was, its) || its.top < was.top) continue
      const by = Math.round(box.bottom + GAP - next.top)
      boxes.set(other, { ...next, top: next.top + by, bottom: next.bottom + by })
      moved.set(other.id, next.top + TITLE + by)
      waiting.push(other)
    }
  }
  return moved
}
