// Room for nodes that were placed: the nodes that they cover move aside.
import type { NodeId } from '../../workflow/index.ts'
import type { NodeBox, Positions } from '../../workflow/nodeBox.ts'
import { TITLE } from './nodeSize.ts'

/** Space that a node leaves when it moves aside, in graph units. */
const GAP = 16
/** Nodes may overlap by this much without being moved, in graph units. */
const TOLERANCE = 3
/** Cost of a place on another node, which then has to move too, in graph units. */
const CHAIN_COST = 120

/** Left, top, right and bottom, with the title bar. */
type Rect = readonly [number, number, number, number]

const directions = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const

/**
 * Returns the new positions of the nodes that `placed` nodes cover, and of those that these cover in
 * turn. Each node moves at most once, by the shortest way; placed and pinned nodes do not move.
 */
export function makeRoom(
  nodes: readonly (NodeBox & { pinned?: boolean })[],
  placed: ReadonlySet<NodeId>,
): Positions {
  const isSettled = (node: NodeBox & { pinned?: boolean }) => placed.has(node.id) || node.pinned
  const obstacles = nodes.filter(({ id }) => placed.has(id)).map(toRect)
  const pinned = nodes.filter((node) => isSettled(node) && !placed.has(node.id)).map(toRect)
  const free = new Map(nodes.filter((node) => !isSettled(node)).map((node) => [node, toRect(node)]))
  const positions = new Map<NodeId, [number, number]>()
  // Obstacles are added while the loop runs: moved nodes push those where they move to.
  for (const obstacle of obstacles) {
    for (const [node, rect] of nearestFirst(free, obstacle)) {
      if (!overlaps(rect, obstacle)) continue
      free.delete(node)
      const [dx, dy] = shortestWay(rect, [...obstacles, ...pinned], [...free.values()])
      const moved: Rect = [rect[0] + dx, rect[1] + dy, rect[2] + dx, rect[3] + dy]
      obstacles.push(moved)
      positions.set(node.id, [Math.round(node.pos[0] + dx), Math.round(node.pos[1] + dy)])
    }
  }
  return positions
}

const toRect = ({ pos, size }: NodeBox): Rect => [
  pos[0],
  pos[1] - TITLE,
  pos[0] + size[0],
  pos[1] + size[1],
]

function nearestFirst<T>(rects: ReadonlyMap<T, Rect>, to: Rect): [T, Rect][] {
  const distance = ([, rect]: [T, Rect]) =>
    Math.hypot(rect[0] + rect[2] - to[0] - to[2], rect[1] + rect[3] - to[1] - to[3])
  return [...rects].sort((a, b) => distance(a) - distance(b))
}

const overlaps = (a: Rect, b: Rect, gap = -TOLERANCE) =>
  a[0] < b[2] + gap && b[0] < a[2] + gap && a[1] < b[3] + gap && b[1] < a[3] + gap

/** The shift to a place without obstacles that is shortest and covers fewest `others`. */
function shortestWay(
  rect: Rect,
  obstacles: readonly Rect[],
  others: readonly Rect[],
): readonly [number, number] {
  const shifts = directions.map((direction) => shiftPast(rect, obstacles, direction))
  const cost = ([dx, dy]: readonly [number, number]) => {
    const there: Rect = [rect[0] + dx, rect[1] + dy, rect[2] + dx, rect[3] + dy]
    const covered = others.filter((other) => overlaps(there, other)).length
    return Math.abs(dx) + Math.abs(dy) + CHAIN_COST * covered
  }
  return shifts.reduce((best, shift) => (cost(shift) < cost(best) ? shift : best))
}

/** The shift in one direction after which a node is {@link GAP} away from all obstacles. */
function shiftPast(
  rect: Rect,
  obstacles: readonly Rect[],
  [across, down]: readonly [number, number],
): readonly [number, number] {
  let [dx, dy] = [0, 0]
  const there = (): Rect => [rect[0] + dx, rect[1] + dy, rect[2] + dx, rect[3] + dy]
  // Each turn passes an obstacle, and never comes back to it.
  for (let turn = 0; turn <= obstacles.length; turn++) {
    const hit = obstacles.find((obstacle) => overlaps(there(), obstacle, GAP - 1))
    if (!hit) break
    if (across > 0) dx = hit[2] + GAP - rect[0]
    else if (across < 0) dx = hit[0] - GAP - rect[2]
    else if (down > 0) dy = hit[3] + GAP - rect[1]
    else dy = hit[1] - GAP - rect[3]
  }
  return [dx, dy]
}
